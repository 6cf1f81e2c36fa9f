import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { learn } from "../../src/http/examples.js";

const subscriptionUrl = new URL("/graphql/ws", location.href);
subscriptionUrl.protocol = subscriptionUrl.protocol.replace("http", "ws");

// Over a socket the headers are the payload of connection_init.
const send = createGraphiQLFetcher({
  url: "/graphql",
  subscriptionUrl: subscriptionUrl.href,
  enableIncrementalDelivery: false,
});

// Of the last login on this page: a reload forgets it.
let token;

// As GraphiQL's own, but a tab whose headers name no token has the one of the last login.
export async function fetcher(parameters, options) {
  const entries = Object.entries(options?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = Object.fromEntries(entries);
  if (token) {
    headers.authorization ??= `Bearer ${token}`;
  }
  const answer = await send(parameters, { ...options, headers });
  token = learn(answer) ?? token;
  return answer;
}

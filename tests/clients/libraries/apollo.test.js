// npm `@apollo/client` 4 without React: queries, mutations, errors, persisted queries, both ways of subscribing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { attend, checkInInput, documents, login, presentClass, untilHeard } from "../phone.js";
import { startDemo } from "../server.js";

let demo, tokens, courseSessionId;

before(async () => {
  demo = await startDemo();
  const [employee, trainer] = await Promise.all(["employee", "trainer"].map((person) => login(demo.url, person)));
  tokens = { employee: employee.accessToken, trainer: trainer.accessToken };
  courseSessionId = await presentClass(demo.url, tokens.trainer);
});

after(() => demo?.stop());

// A client over HTTP, and what it sends and is answered.
function connect(token, { before: links = [] } = {}) {
  const traffic = [];
  const watched = async (url, request) => {
    const response = await fetch(url, request);
    const { accept } = request.headers;
    traffic.push({
      url,
      method: request.method,
      body: request.body,
      accept,
      status: response.status,
      headers: response.headers,
    });
    return response;
  };
  const http = new HttpLink({
    uri: `${demo.url}/graphql`,
    fetch: watched,
    headers: { authorization: `Bearer ${token}` },
  });
  return { client: new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([...links, http]) }), traffic };
}

test("a query fills the cache, from which the next one is answered", async () => {
  const { client, traffic } = connect(tokens.employee);
  const { data } = await client.query({ query: documents.Today });
  assert.equal(data.viewer.today.timeZone, "Asia/Jakarta");
  await client.query({ query: documents.Today });
  assert.equal(traffic.length, 1);
});

test("a mutation, and what it refuses as typed errors", async () => {
  const { client } = connect(tokens.employee);
  const variables = checkInInput({ workday: { direction: "IN" } });
  const { data } = await client.mutate({ mutation: documents.CheckIn, variables });
  assert.deepEqual([data.checkIn.isReplay, data.checkIn.errors], [false, []]);

  const input = { ...variables.input, venueCode: "000000" };
  const conflict = await client.mutate({ mutation: documents.CheckIn, variables: { input } });
  assert.equal(conflict.data.checkIn.errors[0].code, "IDEMPOTENCY_CONFLICT");
});

test("what is wrong with the whole request is an error with its code", async () => {
  const refused = await connect("nobody")
    .client.query({ query: documents.Today })
    .then(assert.fail, (error) => error);
  assert.ok(CombinedGraphQLErrors.is(refused), `${refused}`);
  assert.equal(refused.errors[0].extensions.code, "UNAUTHENTICATED");
});

test("persisted queries go by GET and by their hash, once the server was told", async () => {
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const persisted = () => [new PersistedQueryLink({ sha256, useGETForHashedQueries: true })];
  const asks = async ({ client }) => {
    const { data } = await client.query({ query: documents.History, variables: { first: 3 } });
    assert.ok(data.viewer.checkIns.edges);
  };
  const first = connect(tokens.employee, { before: persisted() });
  await asks(first);
  const [miss, told] = first.traffic;
  assert.equal(first.traffic.length, 2);
  assert.equal(new URL(miss.url).searchParams.get("query"), null);
  assert.equal(miss.headers.get("cache-control"), "no-store");
  assert.ok(JSON.parse(told.body).query);

  const later = connect(tokens.employee, { before: persisted() });
  await asks(later);
  const [hit] = later.traffic;
  assert.deepEqual([later.traffic.length, hit.method, hit.status], [1, "GET", 200]);
  assert.equal(new URL(hit.url).searchParams.get("query"), null);
});

// The next piece of news tells of one of the check-ins that were made for it.
async function hears(client) {
  let subscription;
  const news = new Promise((resolve, reject) => {
    const observable = client.subscribe({ query: documents.RollChanged, variables: { courseSessionId } });
    subscription = observable.subscribe({ next: resolve, error: reject });
  });
  const { heard, done } = await untilHeard(news, () => attend(demo.url, courseSessionId, tokens));
  subscription.unsubscribe();
  assert.equal(heard.error, undefined);
  const { id, verdict } = heard.data.courseSessionRollChanged;
  assert.ok(
    done.some((checkIn) => checkIn.id === id),
    `${id} is one of ${done.map((checkIn) => checkIn.id)}`,
  );
  assert.equal(verdict, "ACCEPTED");
}

test("a subscription over a socket", async () => {
  const socket = createClient({
    url: `${demo.url.replace("http", "ws")}/graphql/ws`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${tokens.trainer}` },
  });
  await hears(new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(socket) }));
  await socket.dispose();
});

test("a subscription over HTTP, in parts", async () => {
  const { client, traffic } = connect(tokens.trainer);
  await hears(client);
  const [{ accept, headers }] = traffic;
  assert.match(accept, /multipart\/mixed;.*subscriptionSpec=1.0/);
  assert.match(headers.get("content-type"), /^multipart\/mixed;.*subscriptionSpec=1.0/);
});

test("a subscription with a wrong token is refused", async () => {
  const { client } = connect("nobody");
  const query = documents.RollChanged;
  const said = await new Promise((resolve) => {
    client
      .subscribe({ query, variables: { courseSessionId } })
      .subscribe({ next: resolve, error: (error) => resolve({ error }) });
  });
  assert.equal(said.error.errors?.[0].extensions.code, "UNAUTHENTICATED", `${said.error}`);
});

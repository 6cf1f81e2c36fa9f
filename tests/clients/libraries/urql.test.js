// npm `@urql/core`: queries, mutations, persisted documents.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, fetchExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { checkInInput, documents, login } from "../phone.js";
import { startDemo } from "../server.js";

let demo, token;

before(async () => {
  demo = await startDemo();
  token = (await login(demo.url, "employee")).accessToken;
});

after(() => demo?.stop());

// A client, and what it sends and is answered.
function connect({ exchanges = [], authorization = `Bearer ${token}`, ...options } = {}) {
  const traffic = [];
  const watched = async (url, request) => {
    const response = await fetch(url, request);
    const query = request.body ? JSON.parse(request.body).query : new URL(url).searchParams.get("query");
    const { status, headers } = response;
    const { errors } = await response.clone().json();
    traffic.push({ method: request.method, hasQuery: query != null, status, headers, said: errors?.[0].message });
    return response;
  };
  const client = new Client({
    url: `${demo.url}/graphql`,
    exchanges: [...exchanges, fetchExchange],
    fetch: watched,
    fetchOptions: () => ({ headers: { Authorization: authorization } }),
    preferGetMethod: false,
    ...options,
  });
  return { client, traffic };
}

test("a query, by POST and by GET", async () => {
  for (const [preferGetMethod, method] of [
    [false, "POST"],
    ["within-url-limit", "GET"],
  ]) {
    const { client, traffic } = connect({ preferGetMethod });
    const { data, error } = await client.query(documents.Devices, { first: 20 }).toPromise();
    assert.equal(error, undefined);
    assert.ok(data.viewer.devices.edges.some(({ node }) => node.isCurrent));
    assert.deepEqual(
      traffic.map((sent) => sent.method),
      [method],
    );
  }
});

test("a mutation, and what it refuses as typed errors", async () => {
  const { client } = connect();
  const variables = checkInInput({ workday: { direction: "IN" } });
  const { data, error } = await client.mutation(documents.CheckIn, variables).toPromise();
  assert.equal(error, undefined);
  assert.deepEqual([data.checkIn.isReplay, data.checkIn.errors], [false, []]);

  const again = await client.mutation(documents.CheckIn, variables).toPromise();
  assert.equal(again.data.checkIn.isReplay, true);
  assert.equal(again.data.checkIn.checkIn.id, data.checkIn.checkIn.id);

  const other = { input: { ...variables.input, occasion: { workday: { direction: "OUT" } } } };
  const conflict = await client.mutation(documents.CheckIn, other).toPromise();
  assert.equal(conflict.error, undefined);
  assert.equal(conflict.data.checkIn.errors[0].code, "IDEMPOTENCY_CONFLICT");
});

test("a wrong token is a typed error of the whole request", async () => {
  const { client, traffic } = connect({ authorization: "Bearer nobody" });
  const { error } = await client.query(documents.Today, {}).toPromise();
  assert.equal(error.graphQLErrors[0]?.extensions.code, "UNAUTHENTICATED");
  assert.equal(traffic[0].status, 401);
});

test("a document that the server does not know is sent once, and known from then on", async () => {
  const persisted = () => [persistedExchange({ preferGetForPersistedQueries: true })];
  const asks = async ({ client }) => {
    const { data, error } = await client.query(documents.History, { first: 3 }).toPromise();
    assert.equal(error, undefined);
    assert.ok(data.viewer.checkIns.edges);
  };
  const first = connect({ exchanges: persisted() });
  await asks(first);
  const [miss, told] = first.traffic;
  assert.equal(first.traffic.length, 2);
  assert.deepEqual([miss.hasQuery, miss.said], [false, "PersistedQueryNotFound"]);
  assert.equal(miss.headers.get("cache-control"), "no-store");
  assert.deepEqual([told.hasQuery, told.status], [true, 200]);

  const later = connect({ exchanges: persisted() });
  await asks(later);
  const [hit] = later.traffic;
  assert.deepEqual([later.traffic.length, hit.method, hit.hasQuery, hit.status], [1, "GET", false, 200]);
});

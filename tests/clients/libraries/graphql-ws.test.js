// npm `graphql-ws`: subscriptions over a socket.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { attend, ends, login, presentClass, texts, untilHeard } from "../phone.js";
import { startDemo } from "../server.js";

let demo, tokens, courseSessionId;

before(async () => {
  demo = await startDemo();
  const [employee, trainer] = await Promise.all(["employee", "trainer"].map((person) => login(demo.url, person)));
  tokens = { employee: employee.accessToken, trainer: trainer.accessToken };
  courseSessionId = await presentClass(demo.url, tokens.trainer);
});

after(() => demo?.stop());

const address = () => `${demo.url.replace("http", "ws")}/graphql/ws`;

// A client that says each time who it is, and keeps the codes by which its sockets were closed.
function connect(authorization, options) {
  const closed = [];
  const connectionParams = () => ({ authorization: authorization() });
  const client = createClient({ url: address(), webSocketImpl: WebSocket, connectionParams, ...options });
  client.on("closed", ({ code }) => closed.push(code));
  const isClosed = new Promise((resolve) => client.on("closed", resolve));
  return { client, closed, isClosed };
}

const roll = (client) => client.iterate({ query: texts.RollChanged, variables: { courseSessionId } });
const someoneAttends = () => attend(demo.url, courseSessionId, tokens);

// Hears of a check-in that is made now, past what was still on its way from before.
async function hears(news) {
  const made = [];
  for (;;) {
    const { heard, done } = await untilHeard(news.next(), someoneAttends);
    made.push(...done.map((checkIn) => checkIn.id));
    const { errors, data } = heard.value;
    assert.equal(errors, undefined);
    const { id, employee, verdict } = data.courseSessionRollChanged;
    assert.deepEqual([employee.name, verdict], ["Said Mahfud Harun", "ACCEPTED"]);
    if (made.includes(id)) {
      return;
    }
  }
}

test("a trainer hears of a check-in, then wants no more", async () => {
  const { client, closed, isClosed } = connect(() => `Bearer ${tokens.trainer}`, { retryAttempts: 0 });
  const news = roll(client);
  await hears(news);
  await ends(news);
  await isClosed;
  assert.deepEqual(closed, [1000]);
});

test("a participant hears of their own check-in", async () => {
  const { client } = connect(() => `Bearer ${tokens.employee}`, { retryAttempts: 0 });
  await hears(roll(client));
  await client.dispose();
});

test("queries and mutations take the same socket", async () => {
  const { client } = connect(() => `Bearer ${tokens.employee}`, { retryAttempts: 0 });
  const { value } = await client.iterate({ query: texts.Today }).next();
  assert.equal(value.data.viewer.name, "Said Mahfud Harun");
  await client.dispose();
});

test("after a lost connection the client comes back and hears on", async () => {
  let connected = 0;
  const { client, closed } = connect(() => `Bearer ${tokens.trainer}`, { retryAttempts: 3, retryWait: async () => {} });
  client.on("connected", () => (connected += 1));
  const news = roll(client);
  await hears(news);
  client.terminate();
  await hears(news);
  assert.equal(connected, 2);
  assert.deepEqual(closed, [4499]);
  await client.dispose();
});

test("a wrong token closes with 4403, upon which the client tries again with a fresh one", async () => {
  const given = ["nobody", tokens.trainer];
  const { client, closed } = connect(() => `Bearer ${given.shift()}`, { retryAttempts: 3, retryWait: async () => {} });
  await hears(roll(client));
  assert.deepEqual(closed, [4403]);
  assert.deepEqual(given, []);
  await client.dispose();
});

test("without further attempts a wrong token is the end", async () => {
  const { client } = connect(() => "Bearer nobody", { retryAttempts: 0 });
  await assert.rejects(roll(client).next(), { code: 4403, reason: "Forbidden" });
});

test("who has no token is let in, and refused what needs one", async () => {
  const { client } = connect(() => undefined, { retryAttempts: 0 });
  const refused = await roll(client)
    .next()
    .then(assert.fail, (errors) => errors);
  assert.equal(refused[0].extensions.code, "UNAUTHENTICATED");
  await client.dispose();
});

test("who asks before the handshake is closed with 4401", async () => {
  const socket = new WebSocket(address(), "graphql-transport-ws");
  socket.on("open", () => {
    const payload = { query: texts.RollChanged, variables: { courseSessionId } };
    socket.send(JSON.stringify({ id: "1", type: "subscribe", payload }));
  });
  const code = await new Promise((resolve) => socket.on("close", resolve));
  assert.equal(code, 4401);
});

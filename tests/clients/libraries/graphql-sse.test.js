// npm `graphql-sse`: subscriptions as server-sent events, one connection for each.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "graphql-sse";
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

const connect = (token) =>
  createClient({
    url: `${demo.url}/graphql`,
    singleConnection: false,
    retryAttempts: 0,
    headers: { Authorization: `Bearer ${token}` },
  });

test("a trainer hears of a check-in, then wants no more", async () => {
  const client = connect(tokens.trainer);
  const news = client.iterate({ query: texts.RollChanged, variables: { courseSessionId } });
  const { heard, done } = await untilHeard(news.next(), () => attend(demo.url, courseSessionId, tokens));
  const { id, employee, verdict } = heard.value.data.courseSessionRollChanged;
  assert.ok(
    done.some((checkIn) => checkIn.id === id),
    `${id} is one of ${done.map((checkIn) => checkIn.id)}`,
  );
  assert.equal(employee.name, "Said Mahfud Harun");
  assert.equal(verdict, "ACCEPTED");
  await ends(news);
  client.dispose();
});

test("a query is one event, and complete", async () => {
  const client = connect(tokens.employee);
  const answers = client.iterate({ query: texts.Today });
  const { value } = await answers.next();
  assert.equal(value.data.viewer.name, "Said Mahfud Harun");
  assert.equal((await answers.next()).done, true);
  client.dispose();
});

test("a wrong token is refused with 401", async () => {
  const client = connect("nobody");
  const refused = await client
    .iterate({ query: texts.RollChanged, variables: { courseSessionId } })
    .next()
    .then(assert.fail, (error) => error);
  assert.equal(refused.response.status, 401);
  client.dispose();
});

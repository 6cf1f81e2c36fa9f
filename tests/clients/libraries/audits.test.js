// GraphQL over HTTP: the audits of npm `graphql-http`. One that only warns has failed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { serverAudits } from "graphql-http";
import { startDemo } from "../server.js";

let demo;

before(async () => {
  demo = await startDemo();
});

after(() => demo?.stop());

const audits = serverAudits({ url: () => `${demo.url}/graphql` });

test("there are 61 audits", () => assert.equal(audits.length, 61));

for (const audit of audits) {
  test(`${audit.id} ${audit.name}`, async () => {
    const { status, reason } = await audit.fn();
    assert.deepEqual({ status, reason }, { status: "ok", reason: undefined });
  });
}

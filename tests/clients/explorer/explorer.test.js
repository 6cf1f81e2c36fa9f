// Both pages in a real browser: they load, run operations, show the answers, and speak to our server alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, startBrowser } from "./browser.js";
import { startDemo } from "../server.js";

let demo, browser, foreign, stopBrowser;

before(async () => {
  // One after the other: where there is no browser, the server is stopped all the same.
  demo = await startDemo();
  ({ browser, foreign, stop: stopBrowser } = await startBrowser());
});

after(async () => {
  await stopBrowser?.();
  await demo?.stop();
});

// Runs the body on a page, which then has no fault but an expected one and has asked nobody but our server.
async function on(path, { expected, prepare, ...options }, body) {
  const { page, requests, faults, close } = await open(browser, options);
  foreign.length = 0;
  await prepare?.(page);
  await page.goto(demo.url + path);
  await body(page, requests);
  const elsewhere = requests.filter((url) => !/^(data|blob):/.test(url) && new URL(url).origin !== demo.url);
  const unexpected = faults.filter((fault) => !expected?.test(fault));
  assert.deepEqual({ elsewhere, foreign, unexpected }, { elsewhere: [], foreign: [], unexpected: [] });
  await close();
}

test("a request to another host is seen", async () => {
  const { page, requests, close } = await open(browser);
  foreign.length = 0;
  await page.goto("http://elsewhere.example/page");
  await page.goto("https://elsewhere.example/page").catch(() => {});
  assert.ok(foreign.includes("GET http://elsewhere.example/page"), `${foreign}`);
  assert.ok(foreign.includes("CONNECT elsewhere.example:443"), `${foreign}`);
  assert.ok(requests.includes("http://elsewhere.example/page"), `${requests}`);
  await close();
});

test("the plain page runs a query", () =>
  on("/plain", {}, async (page) => {
    await page.fill("#query", "{ __typename }");
    await page.fill("#variables", "");
    await page.click("#run");
    await page.waitForFunction(() => document.querySelector("#answer").textContent.includes("__typename"));
    assert.deepEqual(JSON.parse(await page.textContent("#answer")), { data: { __typename: "Query" } });
  }));

test("the plain page logs in and checks in", () =>
  on("/plain", { language: "en" }, async (page) => {
    const answer = async (example, part) => {
      await page.click(`button:has-text("${example}")`);
      await page.click("#run");
      await page.waitForFunction((text) => document.querySelector("#answer").textContent.includes(text), part);
      return JSON.parse(await page.textContent("#answer")).data;
    };
    const { login } = await answer("Log in", "accessToken");
    assert.equal(await page.inputValue("#token"), login.accessToken);
    assert.ok((await answer("Today", "viewer")).viewer.name);
    assert.ok((await answer("Check in to duty", "verdict")).checkIn.checkIn.id);
  }));

// Replaces what stands in an editor of GraphiQL.
async function fill(page, name, text) {
  const editor = page.locator(`[aria-label="${name}"] .monaco-editor:visible`).first();
  await editor.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}

// GraphiQL reads the operation a moment after it was written; then the tab has its name.
const isRead = (page, operation) => page.locator(".graphiql-tab-active", { hasText: operation }).waitFor();

// Runs what stands in the editor; the answer as it is shown.
async function run(page, part) {
  await page.click(".graphiql-execute-button");
  const shown = page.locator(".result-window .view-lines");
  await shown.filter({ hasText: part }).waitFor();
  // Long lines are shown as several.
  return (await shown.innerText()).replace(/\s+/g, " ");
}

test("GraphiQL runs a query and shows the schema", () =>
  on("/", { language: "en" }, async (page, requests) => {
    await page.click('button[aria-label="New tab"]');
    await fill(page, "Operation Editor", "query Kind { __typename }");
    await isRead(page, "Kind");
    assert.match(await run(page, "__typename"), /"__typename": "Query"/);

    await page.click('button[aria-label="Show Documentation Explorer"]');
    const docs = page.locator(".graphiql-doc-explorer");
    await docs.getByRole("link", { name: "Query", exact: true }).click();
    await docs.getByRole("link", { name: "viewer", exact: true }).waitFor();
    const workers = requests.filter((url) => /\/assets\/(editor|graphql|json)-/.test(url));
    assert.ok(workers.length >= 2, `the editor's workers come from our server: ${workers}`);
  }));

test("GraphiQL subscribes over the socket, with the tab's headers", () => {
  // In place of the server: acknowledges, answers, and keeps what it was sent.
  const received = [];
  const prepare = (page) =>
    page.routeWebSocket("**/graphql/ws", (socket) =>
      socket.onMessage((text) => {
        const message = JSON.parse(text);
        received.push({ ...message, url: socket.url() });
        if (message.type === "connection_init") {
          socket.send(JSON.stringify({ type: "connection_ack" }));
        } else if (message.type === "subscribe") {
          const payload = { data: { courseSessionRollChanged: { id: "chk_1" } } };
          socket.send(JSON.stringify({ type: "next", id: message.id, payload }));
        }
      }),
    );
  return on("/", { prepare }, async (page) => {
    await page.click('button[aria-label="New tab"]');
    await fill(page, "Operation Editor", 'subscription Roll { courseSessionRollChanged(courseSessionId: "ses_1") { id } }');
    await isRead(page, "Roll");
    await page.click('button:has-text("Headers")');
    await fill(page, "Headers", '{ "Authorization": "Bearer somebody" }');
    assert.match(await run(page, "chk_1"), /"id": "chk_1"/);
    const [init, subscribe] = received;
    assert.equal(init.payload.authorization, "Bearer somebody");
    assert.equal(init.url, `${demo.url.replace("http", "ws")}/graphql/ws`);
    assert.equal(subscribe.payload.operationName, "Roll");
  });
});

test("GraphiQL: an example logs in, another uses its token, a header of one's own goes before", () =>
  on("/", { language: "id", expected: /status of 401/ }, async (page) => {
    assert.match(await run(page, "accessToken"), /"accessToken": "/);
    await page.click('button[aria-label="Show Contoh"]');
    await page.click('.bina-examples button:has-text("Presensi masuk kerja")');
    await isRead(page, "CheckIn");
    assert.match(await run(page, "verdict"), /"verdict": "[A-Z]+"/);
    await page.click('button:has-text("Headers")');
    await fill(page, "Headers", '{ "Authorization": "Bearer nobody" }');
    assert.match(await run(page, "UNAUTHENTICATED"), /"code": "UNAUTHENTICATED"/);
  }));

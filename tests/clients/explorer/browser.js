// Chromium, watched: whatever it asks of another host goes to a proxy of ours, which notes it and refuses.
import { createServer } from "node:http";
import { chromium } from "playwright-core";

// What Chromium asks for itself, whatever page is open. A page that asked these would be told by its requests.
const own = /^(CONNECT |[A-Z]+ http:\/\/)[a-z0-9.-]+\.(google|googleapis|gvt1)\.com[:/]/;

export async function startBrowser() {
  // Requests to other hosts, whoever made them: the page, its workers, a prefetch.
  const foreign = [];
  const note = ({ method, url }) => {
    if (!own.test(`${method} ${url}`)) {
      foreign.push(`${method} ${url}`);
    }
  };
  const watch = createServer((request, response) => {
    note(request);
    response.writeHead(403).end("refused");
  });
  watch.on("connect", (request, socket) => {
    note(request);
    // The browser may hang up first.
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise((resolve) => watch.listen(0, "127.0.0.1", resolve));
  const launched = chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: false,
    proxy: { server: `http://127.0.0.1:${watch.address().port}`, bypass: "127.0.0.1" },
    args: ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"],
  });
  const browser = await launched.catch((error) => {
    // Else it would keep the process that failed.
    watch.close();
    throw error;
  });
  const stop = async () => {
    await browser.close();
    watch.close();
  };
  return { browser, foreign, stop };
}

// A page in a fresh profile, and everything in it that is not as it should be.
export async function open(browser, { language = "id" } = {}) {
  const context = await browser.newContext({ locale: language, viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const [requests, faults] = [[], []];
  context.on("request", (request) => requests.push(request.url()));
  context.on("requestfailed", (request) => faults.push(`${request.url()}: ${request.failure()?.errorText}`));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") {
      faults.push(message.text());
    }
  });
  return { page, requests, faults, close: () => context.close() };
}

// Runs test files, each test within two minutes; `node --test` of Node.js 18 takes no limit.
import { run } from "node:test";
import { spec } from "node:test/reporters";

const tests = run({ files: process.argv.slice(2), concurrency: true, timeout: 120_000 });
tests.on("test:fail", () => {
  process.exitCode = 1;
});
tests.compose(new spec()).pipe(process.stdout);

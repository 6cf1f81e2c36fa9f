// relay-compiler: the operations as modules of an app, and the persisted documents that it makes of them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "graphql";
import { login, presentClass, send } from "../phone.js";
import { startDemo } from "../server.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const folder = new URL("../operations/", import.meta.url);

let app, said, persisted;

// An app of one module that holds every document: the compiler reads no others out of `.graphql` files.
before(async () => {
  app = await mkdtemp(join(tmpdir(), "bina-relay-"));
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".graphql"));
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  const tags = texts.flatMap((text) => parse(text).definitions.map(({ loc }) => text.slice(loc.start, loc.end)));
  const module = ['import { graphql } from "relay-runtime";', ...tags.map((tag) => `graphql\`${tag}\`;`)].join("\n");
  await mkdir(join(app, "src"));
  await mkdir(join(app, "generated"));
  await writeFile(join(app, "src", "app.ts"), module);
  await writeFile(join(app, "persisted.json"), "{}");
  const config = {
    root: app,
    sources: { src: "app" },
    projects: {
      app: {
        language: "typescript",
        schema: "schema.graphql",
        output: "generated",
        persist: { file: "persisted.json", algorithm: "SHA256" },
        // Relay alone knows @alias, and the operations are for every client.
        featureFlags: { enforce_fragment_alias_where_ambiguous: { kind: "disabled" } },
      },
    },
  };
  await writeFile(join(app, "schema.graphql"), await readFile(path("../../../schema.graphql")));
  await writeFile(join(app, "relay.config.json"), JSON.stringify(config));
  const compiler = path("../node_modules/relay-compiler/cli.js");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [compiler, "--noWatchman"], { cwd: app });
  said = stdout + stderr;
  persisted = JSON.parse(await readFile(join(app, "persisted.json"), "utf8"));
});

after(() => app && rm(app, { recursive: true, force: true }));

const named = (name) => Object.entries(persisted).find(([, text]) => text.includes(` ${name}`));

test("the schema and the operations compile without a complaint", async () => {
  assert.match(said, /Compilation completed/);
  assert.doesNotMatch(said, /WARN|ERROR/);
  const artefacts = await readdir(join(app, "generated"));
  for (const name of ["HistoryScreenPageQuery", "RollScreenPageQuery", "RollScreen_session"]) {
    assert.ok(artefacts.includes(`${name}.graphql.ts`), name);
  }
});

test("what Relay persists has the name of its SHA-256", () => {
  assert.ok(Object.keys(persisted).length >= 20);
  for (const [id, text] of Object.entries(persisted)) {
    assert.equal(id, createHash("sha256").update(text).digest("hex"));
  }
});

test("the server answers the page queries that Relay makes of fragments, by their text and by their id", async () => {
  const demo = await startDemo();
  try {
    const [employee, trainer] = await Promise.all(["employee", "trainer"].map((person) => login(demo.url, person)));
    const session = await presentClass(demo.url, trainer.accessToken);
    const asked = [
      ["HistoryScreenQuery", {}, employee],
      ["HistoryScreenPageQuery", { count: 2, cursor: null }, employee],
      ["RollScreenQuery", { courseSessionId: session }, trainer],
      ["RollScreenPageQuery", { count: 2, cursor: null, id: session }, trainer],
    ];
    const answers = async (document) => {
      for (const [name, variables, { accessToken: token }] of asked) {
        const { status, errors, data } = await send(demo.url, { ...document(name), variables }, { token });
        assert.deepEqual({ status, errors }, { status: 200, errors: undefined }, name);
        assert.ok(data.viewer ?? data.node, name);
      }
    };
    await answers((name) => ({ query: named(name)[1] }));
    await demo.run("documents", "register", join(app, "persisted.json"));
    await answers((name) => ({ documentId: `sha256:${named(name)[0]}` }));
  } finally {
    await demo.stop();
  }
});

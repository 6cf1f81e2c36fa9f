// graphql-codegen's client preset and TypeScript: `typed/phone.ts` uses the types of the operations.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { generate } from "@graphql-codegen/cli";
import { texts } from "../phone.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const output = path("typed/generated/");

const settings = {
  schema: path("../../../schema.graphql"),
  documents: path("../operations/*.graphql"),
  silent: true,
  generates: {
    [output]: {
      preset: "client",
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: "sha256" } },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        // A scalar that is not named here is an error.
        strictScalars: true,
        scalars: {
          Date: "string",
          DateTime: "string",
          Nip: "string",
          TimeOfDay: "string",
          UUID: "string",
          YearMonth: "string",
        },
      },
    },
  },
};

test("types are made of the schema and the operations, and an app compiles with them", async () => {
  await generate(settings, true);
  const compiler = path("../node_modules/typescript/bin/tsc");
  const compiled = promisify(execFile)(process.execPath, [compiler, "--project", path("typed/tsconfig.json")]);
  await compiled.catch(({ stdout }) => assert.fail(stdout));
});

test("every operation is in the manifest of persisted documents, under its SHA-256", async () => {
  const manifest = JSON.parse(await readFile(`${output}persisted-documents.json`, "utf8"));
  assert.equal(Object.keys(manifest).length, Object.keys(texts).length);
  for (const [id, text] of Object.entries(manifest)) {
    assert.equal(id, createHash("sha256").update(text).digest("hex"));
  }
});

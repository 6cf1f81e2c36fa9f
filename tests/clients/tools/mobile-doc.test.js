// docs/mobile.md shows the operations as they are, with variables that fit them, and leaves none out.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildSchema, getVariableValues, Kind, parse } from "graphql";
import { documents } from "../phone.js";

const read = (relative) => readFileSync(fileURLToPath(new URL(relative, import.meta.url)), "utf8");
const folder = new URL("../operations/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".graphql"));
const doc = read("../../../docs/mobile.md");
const blocks = [...doc.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)].map(([, language, of, text]) => ({
  language,
  of,
  text,
}));
const definitions = (text) => parse(text).definitions.map(({ loc }) => text.slice(loc.start, loc.end));

test("every operation in the page is one of the files, to the letter", () => {
  const known = files.flatMap((name) => definitions(readFileSync(new URL(name, folder), "utf8")));
  const shown = blocks.filter(({ language }) => language === "graphql").flatMap(({ text }) => definitions(text));
  assert.ok(shown.length >= 9, `${shown.length}`);
  for (const definition of shown) {
    assert.ok(known.includes(definition), `differs from its file:\n${definition}`);
  }
});

test("the variables in the page fit their operations", () => {
  const schema = buildSchema(read("../../../schema.graphql"));
  const examples = blocks.filter(({ language }) => language === "json");
  assert.deepEqual(examples.map(({ of }) => of).sort(), ["CheckIn", "Login", "SyncCheckIns"]);
  for (const { of, text } of examples) {
    const operation = documents[of].definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const { errors } = getVariableValues(schema, operation.variableDefinitions, JSON.parse(text));
    assert.deepEqual(errors, undefined, of);
  }
});

test("every file is shown or named", () => {
  const shown = blocks.filter(({ language }) => language === "graphql").map(({ text }) => text);
  for (const name of files) {
    const [definition] = definitions(readFileSync(new URL(name, folder), "utf8"));
    assert.ok(doc.includes(`\`${name}\``) || shown.some((text) => text.includes(definition)), name);
  }
});

test("every code that the page names is in the schema or is one of the top-level codes", () => {
  const topLevel = [
    ...["BAD_REQUEST", "BAD_USER_INPUT", "COST_LIMIT_EXCEEDED", "DOCUMENT_NOT_REGISTERED", "GRAPHQL_PARSE_FAILED"],
    ...["GRAPHQL_VALIDATION_FAILED", "INTERNAL", "PERSISTED_QUERY_NOT_FOUND", "RATE_LIMITED", "TOO_SLOW"],
    ...["UNAUTHENTICATED", "UNAVAILABLE"],
  ];
  const schema = read("../../../schema.graphql");
  const prose = doc.replace(/^```.*?^```$/gms, "");
  const named = [...prose.matchAll(/`([A-Z]+(?:_[A-Z]+)*)`/g)]
    .map(([, code]) => code)
    .filter((code) => code.length > 4);
  assert.ok(named.length > 30, `${named}`);
  for (const code of named) {
    assert.ok(topLevel.includes(code) || new RegExp(`^\\t${code}$`, "m").test(schema), code);
  }
});

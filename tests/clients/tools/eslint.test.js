// graphql-eslint over the schema and the operations: `eslint.config.js` explains each exception.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { buildSchema, getNamedType, isObjectType } from "graphql";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

async function complaints(patterns, overrideConfig) {
  const eslint = new ESLint({ cwd: path("../../.."), overrideConfigFile: path("../eslint.config.js"), overrideConfig });
  const results = await eslint.lintFiles(patterns);
  const said = results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, ruleId, message }) => `${filePath}:${line} ${ruleId}: ${message}`),
  );
  return { files: results.length, said };
}

test("the schema is as graphql-eslint and Relay recommend", async () => {
  assert.deepEqual(await complaints(["schema.graphql"]), { files: 1, said: [] });
});

test("pages hold nodes, but for people's days, months and numbers", () => {
  const schema = buildSchema(readFileSync(path("../../../schema.graphql"), "utf8"));
  const edges = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && type.name.endsWith("Edge"));
  const nodes = edges.map((edge) => getNamedType(edge.getFields().node.type));
  const others = nodes.filter((node) => !node.getInterfaces().some(({ name }) => name === "Node"));
  assert.deepEqual(others.map(({ name }) => name).sort(), ["EmployeeDay", "EmployeeMonth", "EmployeeNip"]);
});

test("the operations are as graphql-eslint recommends", async () => {
  const { files, said } = await complaints(["tests/clients/operations/**/*.graphql"]);
  assert.deepEqual(said, []);
  assert.ok(files >= 25, `${files}`);
});

test("without its exceptions the schema is complained of", async () => {
  const rules = { "@graphql-eslint/relay-arguments": ["error", { includeBoth: true }] };
  const { said } = await complaints(["schema.graphql"], [{ files: ["schema.graphql"], rules }]);
  assert.match(said[0], /must contain an argument `last`/);
});

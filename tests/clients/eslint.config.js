// What graphql-eslint asks of the schema and of the operations. Each exception says why.
import { fileURLToPath } from "node:url";
import graphql from "@graphql-eslint/eslint-plugin";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const { configs, parser } = graphql;

const shared = {
  plugins: { "@graphql-eslint": graphql },
  languageOptions: {
    parser,
    parserOptions: {
      graphQLConfig: { schema: path("../../schema.graphql"), documents: path("operations/**/*.graphql") },
    },
  },
};

// What is part of something else and is never asked for by itself. Whatever else has no id is a mistake.
const values = [
  "AbsenceSanction",
  "AttendanceDay",
  "AttendanceMonth",
  "AttendanceShift",
  "AttendanceTotals",
  "ChangedRecord",
  "CheckInDispute",
  "CheckInFinding",
  "CheckInStatement",
  "EmployeeDay",
  "EmployeeMonth",
  "EmployeeNip",
  "LatenessBand",
  "MeasuredDay",
  "NextStep",
  "PageInfo",
  "Punctuality",
  "PunctualityRule",
  "RecordsDifference",
  "Revocation",
  "RollSummary",
  "TimeZoneSetting",
  "Today",
  "TodayCourseSession",
  "UnexcusedDays",
  "VenueCode",
  "ViewerRole",
  "Workday",
];

export default [
  {
    ...shared,
    files: ["schema.graphql"],
    rules: {
      ...configs["flat/schema-recommended"].rules,
      ...configs["flat/schema-relay"].rules,
      // Pages, errors and payloads are of one answer only; so are the values above.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: values, suffixes: ["Connection", "Edge", "Error", "Payload"] } },
      ],
      // Pages go forwards alone: their cursors are keys, and no phone turns pages back.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      // A list with an end, such as the errors of a payload or the days of a month, is a plain list. Pages of people's
      // days, months and numbers hold values; `tools/eslint.test.js` holds that no other page does.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // `Course.courseName` is an entry of the national list of that name; the rule knows no exception for a field.
      "@graphql-eslint/no-typename-prefix": "off",
    },
  },
  {
    ...shared,
    files: ["tests/clients/operations/*.graphql"],
    rules: configs["flat/operations-recommended"].rules,
  },
  {
    ...shared,
    files: ["tests/clients/operations/relay/*.graphql"],
    rules: {
      ...configs["flat/operations-recommended"].rules,
      // Relay wants `<Module>Query` and `<Module>_<prop>`, and its compiler holds it.
      "@graphql-eslint/naming-convention": "off",
      // Relay adds every id itself.
      "@graphql-eslint/require-selections": "off",
      // Relay's compiler knows its own directives, and takes them away before it sends anything.
      "@graphql-eslint/known-directives": "off",
      // Relay's fragments have variables of their own, by @argumentDefinitions.
      "@graphql-eslint/no-undefined-variables": "off",
    },
  },
];

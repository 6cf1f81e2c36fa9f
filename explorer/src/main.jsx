import "./workers.js";
// GraphiQL loads the editor by itself, but the bundler gathers styles from static imports alone.
import "monaco-graphql/esm/monaco-editor.js";
import "monaco-graphql/esm/lite.js";
// graphiql/style.css, without its fonts: they would be most of what is loaded.
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./main.css";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { createRoot } from "react-dom/client";
import { headers, plugin, tabs } from "./examples.jsx";
import { fetcher } from "./fetcher.js";

// GraphiQL shows a first tab without its variables, unless they are given once more.
const isFirstVisit = sessionStorage.getItem("graphiql:tabState") === null;

// Passwords are typed here, perhaps on a machine that others use: what is kept goes with the browser's tab.
const explorer = (
  <GraphiQL
    fetcher={fetcher}
    storage={sessionStorage}
    plugins={[plugin, HISTORY_PLUGIN]}
    defaultTabs={tabs}
    defaultHeaders={headers}
    initialVariables={isFirstVisit ? tabs[0].variables : undefined}
  >
    <GraphiQL.Logo>Bina</GraphiQL.Logo>
  </GraphiQL>
);

createRoot(document.getElementById("explorer")).render(explorer);

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { examples } from "../../src/http/examples.js";

const language = navigator.language.toLowerCase().startsWith("en") ? "en" : "id";

const words = {
  id: {
    title: "Contoh",
    how: "Setiap contoh dibuka di tab baru, dengan waktu sekarang dan kunci baru. Token dari Login dipakai oleh semua tab yang tidak menyebut token sendiri.",
    headers: "Bila bukan token dari Login terakhir di halaman ini",
    plain: "Halaman sederhana, untuk jaringan lambat",
  },
  en: {
    title: "Examples",
    how: "Each example opens in a new tab, with the present time and a new key. The token of Login is used by every tab that names none of its own.",
    headers: "When it is not the token of the last Login on this page",
    plain: "The plain page, for slow networks",
  },
}[language];

export const headers = `{
  // ${words.headers}:
  // "Authorization": "Bearer …",
  "Accept-Language": "${language}"
}`;

function tab({ title, about, query, variables }) {
  return {
    query: `# ${title[language]}: ${about[language]}\n${query}\n`,
    variables: JSON.stringify(variables(), null, 2),
    headers,
  };
}

export const tabs = examples.map(tab);

function Examples() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = (example) => {
    const { query, variables } = tab(example);
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
  };
  return (
    <section className="bina-examples" aria-label={words.title}>
      <h2>{words.title}</h2>
      <p>{words.how}</p>
      {examples.map((example) => (
        <button key={example.title.id} type="button" onClick={() => open(example)}>
          <strong>{example.title[language]}</strong>
          {example.about[language]}
        </button>
      ))}
      <p>
        <a href="/plain">{words.plain}</a>
      </p>
    </section>
  );
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M4 5h16M4 12h16M4 19h10" />
    </svg>
  );
}

export const plugin = { title: words.title, icon: Icon, content: Examples };

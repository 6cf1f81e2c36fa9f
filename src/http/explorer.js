import { examples, learn } from "./examples.js";

const words = {
  id: {
    tagline: "Program pembinaan ASN dan layanan bagi warga: satu alamat GraphQL, /graphql",
    examples: "Contoh",
    token: "Token akses",
    query: "Kueri",
    variables: "Variabel (JSON)",
    run: "Jalankan",
    shortcut: "atau Ctrl + Enter",
    answer: "Jawaban",
    running: "Mengirim …",
    offline: "Server tidak terjangkau.",
    variablesWrong: "Variabel bukan JSON yang sah.",
    loggedIn: "Token akses telah disimpan; contoh lain memakainya.",
  },
  en: {
    tagline: "Civil-servant development and services for citizens: one GraphQL address, /graphql",
    examples: "Examples",
    token: "Access token",
    query: "Query",
    variables: "Variables (JSON)",
    run: "Run",
    shortcut: "or Ctrl + Enter",
    answer: "Answer",
    running: "Sending …",
    offline: "The server cannot be reached.",
    variablesWrong: "The variables are not valid JSON.",
    loggedIn: "The access token was kept; the other examples use it.",
  },
};

const element = (id) => document.getElementById(id);
let language = navigator.language.toLowerCase().startsWith("en") ? "en" : "id";

function show(text, kind) {
  element("status").textContent = text;
  element("status").className = kind;
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const part of document.querySelectorAll("[data-text]")) {
    part.textContent = words[chosen][part.dataset.text];
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  element("examples").replaceChildren(...examples.map(card));
}

function card(example) {
  const title = document.createElement("strong");
  title.textContent = example.title[language];
  const about = document.createElement("small");
  about.textContent = example.about[language];
  const button = document.createElement("button");
  button.type = "button";
  button.append(title, about);
  button.addEventListener("click", () => {
    choose(example);
    element("editor").scrollIntoView({ block: "nearest" });
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function choose(example) {
  element("query").value = example.query;
  element("variables").value = JSON.stringify(example.variables(), null, 2);
  element("answer").textContent = "";
  show("", "");
}

async function run() {
  let variables;
  try {
    variables = JSON.parse(element("variables").value || "{}");
  } catch {
    show(words[language].variablesWrong, "bad");
    return;
  }
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/graphql-response+json, application/json;q=0.9",
    "Accept-Language": language,
  };
  const token = element("token").value.trim();
  if (token) {
    headers.Authorization = `Bearer ${token}`;
  }
  element("run").disabled = true;
  show(words[language].running, "");
  const started = performance.now();
  try {
    const body = JSON.stringify({ query: element("query").value, variables });
    const response = await fetch("/graphql", { method: "POST", headers, body });
    const answer = await response.json();
    const took = Math.round(performance.now() - started);
    element("answer").textContent = JSON.stringify(answer, null, 2);
    const issued = learn(answer);
    if (issued) {
      // It lives in its field alone: a reload forgets it.
      element("token").value = issued;
    }
    const status = `HTTP ${response.status} · ${took} ms`;
    show(issued ? `${status} · ${words[language].loggedIn}` : status, answer.errors ? "bad" : "good");
  } catch {
    element("answer").textContent = "";
    show(words[language].offline, "bad");
  } finally {
    element("run").disabled = false;
  }
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
element("editor").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
element("editor").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
speak(language);
choose(examples[0]);

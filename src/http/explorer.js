"use strict";

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

// A UUID of version 4; crypto.randomUUID is missing where the page comes without TLS.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The same for every login from this browser, so that it stays one device.
function installationId() {
  try {
    const kept = localStorage.getItem("bina.installationId") ?? uuid();
    localStorage.setItem("bina.installationId", kept);
    return kept;
  } catch {
    return uuid();
  }
}

const checkIn = `mutation CheckIn($input: CheckInInput!) {
  checkIn(input: $input) {
    isReplay
    checkIn {
      id
      verdict
      reasons
      message
      punctuality {
        isLate
        minutesLate
      }
    }
    errors {
      code
      field
      message
    }
  }
}`;

function checkInInput(occasion, more) {
  const now = new Date().toISOString();
  return { input: { idempotencyKey: uuid(), occasion, capturedAt: now, sentAt: now, ...more } };
}

function position(place) {
  const { latitude, longitude } = place ?? { latitude: 5.89418, longitude: 95.32046 };
  return { latitude, longitude, accuracyMeters: 12, isMocked: false };
}

// The next class that an answer told of, for the example that checks in to it.
let nextClass;

const examples = [
  {
    title: { id: "Masuk", en: "Log in" },
    about: {
      id: "Akun contoh Sabang dari bina demo; isilah dengan akun Anda di server lain.",
      en: "A sample account in Sabang of bina demo; on another server fill in your own.",
    },
    query: `mutation Login($input: LoginInput!) {
  login(input: $input) {
    accessToken
    accessTokenExpiresAt
    refreshToken
    viewer {
      name
      roles {
        role
      }
    }
    errors {
      code
      field
      message
    }
  }
}`,
    variables: () => ({
      input: {
        identifier: "199407012020121008",
        password: "mercusuar-willem-toren-empat-puluh",
        deviceName: "Explorer",
        installationId: installationId(),
      },
    }),
  },
  {
    title: { id: "Hari ini", en: "Today" },
    about: {
      id: "Siapa saya, jam kerja, kelas berikutnya, presensi terakhir.",
      en: "Who I am, working hours, the next classes, the latest check-ins.",
    },
    query: `query Viewer {
  viewer {
    name
    employee {
      unit {
        name
      }
      agency {
        name
      }
    }
    workday {
      on
      startsAt
      endsAt
      timeZone
    }
    courseSessions(first: 3) {
      nodes {
        id
        title
        startsAt
        endsAt
        requiresCode
        venue {
          name
          latitude
          longitude
        }
      }
    }
    checkIns(first: 3) {
      nodes {
        id
        capturedAt
        verdict
        message
      }
    }
  }
}`,
    variables: () => ({}),
  },
  {
    title: { id: "Presensi masuk kerja", en: "Check in to duty" },
    about: {
      id: "Kunci baru dan waktu sekarang. Jalankan dua kali: presensi yang sama, isReplay: true.",
      en: "A new key and the present time. Run it twice: the same check-in, isReplay: true.",
    },
    query: checkIn,
    variables: () => checkInInput({ workday: { direction: "IN" } }, { location: position() }),
  },
  {
    title: { id: "Presensi kelas", en: "Check in to a class" },
    about: {
      id: "Kelas berikutnya menurut contoh Hari ini, dengan enam angka di layar pengajar.",
      en: "The next class as the example Today told it, with the six digits on the trainer's screen.",
    },
    query: checkIn,
    variables: () =>
      checkInInput(
        { courseSessionId: nextClass?.id ?? "ses_" },
        { location: position(nextClass?.venue), venueCode: "000000" },
      ),
  },
  {
    title: { id: "Cari instansi", en: "Search agencies" },
    about: { id: "Menurut nama, per halaman.", en: "By name, page by page." },
    query: `query Agencies($search: String, $after: String) {
  agencies(search: $search, first: 5, after: $after) {
    nodes {
      id
      name
      jurisdiction {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`,
    variables: () => ({ search: "Kota", after: null }),
  },
];

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
    const isKept = keepToken(answer);
    nextClass = answer.data?.viewer?.courseSessions?.nodes?.[0] ?? nextClass;
    const status = `HTTP ${response.status} · ${took} ms`;
    show(isKept ? `${status} · ${words[language].loggedIn}` : status, answer.errors ? "bad" : "good");
  } catch {
    element("answer").textContent = "";
    show(words[language].offline, "bad");
  } finally {
    element("run").disabled = false;
  }
}

// Puts the access token of a login into its field. It lives there alone: a reload forgets it.
function keepToken(answer) {
  const payload = Object.values(answer.data ?? {}).find((value) => value?.accessToken);
  if (payload) {
    element("token").value = payload.accessToken;
  }
  return Boolean(payload);
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

// A phone of Sabang against a demo: its accounts, and the operations of `operations/`.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { Kind, parse, print, separateOperations } from "graphql";

const folder = new URL("operations/", import.meta.url);
const read = (name) => parse(readFileSync(new URL(name, folder), "utf8"));
const files = readdirSync(folder).filter((name) => name.endsWith(".graphql"));
const definitions = files.flatMap((name) => read(name).definitions);

// Each operation by its name, with the fragments that it spreads.
export const documents = separateOperations({ kind: Kind.DOCUMENT, definitions });
export const texts = Object.fromEntries(Object.entries(documents).map(([name, document]) => [name, print(document)]));

export const people = {
  employee: { identifier: "199407012020121008", password: "mercusuar-willem-toren-empat-puluh" },
  trainer: { identifier: "198306242005011008", password: "gurita-kecil-di-terumbu-rubiah" },
  citizen: { identifier: "nurbaiti@warga-sabang.example", password: "teluk-pria-laot-jernih-sekali" },
};

// The tourism office, where the employee is on duty.
const office = { latitude: 5.89418, longitude: 95.32046, accuracyMeters: 12, isMocked: false };

// A UUID of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, the rest by chance.
export function uuidv7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// A request as the HTTP draft has it; the answer with its status and headers.
export async function send(url, body, { token, ...headers } = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...(token && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

// An operation that must come off.
export async function ask(url, name, variables, token) {
  const { status, data, errors } = await send(url, { query: texts[name], variables }, { token });
  assert.deepEqual({ status, errors }, { status: 200, errors: undefined }, name);
  return data;
}

export const loginInput = (person, installationId = randomUUID()) => ({
  input: { ...people[person], deviceName: "Galaxy A15", installationId },
});

export async function login(url, person) {
  const { login } = await ask(url, "Login", loginInput(person));
  assert.deepEqual(login.errors, []);
  return login;
}

export function checkInInput(occasion, more) {
  const now = new Date().toISOString();
  return { input: { idempotencyKey: uuidv7(), occasion, capturedAt: now, sentAt: now, location: office, ...more } };
}

// The first class that is not over: `bina demo` sees to it that one is open at every time.
export async function presentClass(url, token) {
  const { viewer } = await ask(url, "Sessions", { first: 1 }, token);
  return viewer.courseSessions.edges[0].node.id;
}

// Checks in to a class with the code on its trainer's screen, and answers with the check-in.
export async function attend(url, courseSessionId, { employee, trainer }) {
  const { node } = await ask(url, "Roll", { courseSessionId, first: 1 }, trainer);
  const input = checkInInput({ courseSessionId }, { venueCode: node.venueCode.code });
  const { checkIn } = await ask(url, "CheckIn", input, employee);
  assert.deepEqual(checkIn.errors, []);
  return checkIn.checkIn;
}

// Acts until somebody has heard of it: no protocol says when a subscription has begun.
export async function untilHeard(heard, act) {
  const done = [];
  let isHeard = false;
  const ended = heard.finally(() => (isHeard = true));
  while (!isHeard) {
    done.push(await act());
  }
  return { heard: await ended, done };
}

// Wants no more: what was on its way may still come, then nothing does.
export async function ends(news) {
  await news.return();
  for (let next = await news.next(); !next.done; next = await news.next());
}

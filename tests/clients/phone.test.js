// What docs/mobile.md promises a phone, by the operations of `operations/`.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { ask, checkInInput, login, loginInput, send, texts, uuidv7 } from "./phone.js";
import { startDemo } from "./server.js";

let demo, token;

before(async () => {
  demo = await startDemo();
  token = (await login(demo.url, "employee")).accessToken;
});

after(() => demo?.stop());

const told = (name, variables) => ask(demo.url, name, variables, token);
const sent = (name, variables, options) => send(demo.url, { query: texts[name], variables }, options);
const refresh = async (refreshToken) =>
  (await ask(demo.url, "RefreshTokens", { input: { refreshToken } })).refreshTokens;
// Ids of things that there are not.
const [noSession, noDevice] = ["ses_01h455vb4pex5vsknk084sn02q", "dev_01h455vb4pex5vsknk084sn02q"];
const codes = ({ errors }) => errors.map(({ code }) => code);

test("the first screen has the day, the next step and the classes; a citizen has none", async () => {
  const { today } = (await told("Today")).viewer;
  assert.equal(today.timeZone, "Asia/Jakarta");
  assert.ok(today.nextStep.message);
  assert.equal(today.day.shifts.length, 1);
  assert.ok(today.courseSessions.length > 0);
  const citizen = await login(demo.url, "citizen");
  const { viewer } = await ask(demo.url, "Today", {}, citizen.accessToken);
  assert.deepEqual([viewer.name, viewer.today], ["Nurbaiti Hamzah", null]);
});

test("without a token no viewer and no mutation; a token that does not hold refuses all but a login", async () => {
  const stranger = await sent("Today");
  assert.deepEqual([stranger.status, stranger.data.viewer], [200, null]);
  const refused = await sent("CheckIn", checkInInput({ workday: { direction: "IN" } }));
  assert.deepEqual([refused.status, refused.data.checkIn], [401, null]);
  assert.equal(refused.errors[0].extensions.code, "UNAUTHENTICATED");
  const expired = await sent("Today", {}, { token: "expired" });
  assert.deepEqual([expired.status, expired.errors[0].extensions.code], [401, "UNAUTHENTICATED"]);
  assert.equal(expired.headers.get("www-authenticate"), "Bearer");
  const again = await sent("Login", loginInput("employee"), { token: "expired" });
  assert.deepEqual([again.status, codes(again.data.login)], [200, []]);
});

test("an access token holds for ten minutes", async () => {
  const { accessTokenExpiresAt } = await login(demo.url, "employee");
  const minutes = (Date.parse(accessTokenExpiresAt) - Date.now()) / 60_000;
  assert.ok(minutes > 9 && minutes <= 10.1, `${minutes}`);
});

test("a wrong password is a typed error, in the language that was asked for", async () => {
  const { input } = loginInput("employee");
  const wrong = { input: { ...input, password: "bukan kata sandi saya" } };
  for (const [language, words] of [
    ["en", /wrong/],
    ["id-ID, en;q=0.5", /salah/],
    ["fr", /salah/],
  ]) {
    const { headers, data } = await sent("Login", wrong, { "Accept-Language": language });
    assert.deepEqual(codes(data.login), ["INVALID_CREDENTIALS"]);
    assert.match(data.login.errors[0].message, words);
    assert.equal(headers.get("content-language"), language === "en" ? "en" : "id");
  }
});

test("a lost answer to a refresh is asked for again; the newest token lives on", async () => {
  const { refreshToken } = await login(demo.url, "employee");
  const lost = await refresh(refreshToken);
  const newest = await refresh(refreshToken);
  assert.deepEqual([codes(lost), codes(newest)], [[], []]);
  assert.deepEqual(codes(await refresh(lost.refreshToken)), ["TOKEN_SUPERSEDED"]);
  assert.deepEqual(codes(await refresh(newest.refreshToken)), []);
});

test("an old token after its successor logs the device out", async () => {
  const { refreshToken } = await login(demo.url, "employee");
  const second = await refresh(refreshToken);
  const third = await refresh(second.refreshToken);
  assert.deepEqual(codes(await refresh(refreshToken)), ["TOKEN_REUSED"]);
  assert.deepEqual(codes(await refresh(third.refreshToken)), ["DEVICE_REVOKED"]);
  assert.equal((await sent("Today", {}, { token: third.accessToken })).status, 401);
  assert.deepEqual(codes(await refresh("nobody")), ["TOKEN_INVALID"]);
});

test("a login of the same installation ends the one before", async () => {
  const installation = randomUUID();
  const first = (await ask(demo.url, "Login", loginInput("employee", installation))).login;
  const second = (await ask(demo.url, "Login", loginInput("employee", installation))).login;
  assert.deepEqual(codes(await refresh(first.refreshToken)), ["DEVICE_REVOKED"]);
  const { devices } = (await ask(demo.url, "Devices", { first: 100 }, second.accessToken)).viewer;
  assert.equal(devices.edges.filter(({ node }) => node.isCurrent).length, 1);
});

test("whoever logs out is out, refresh token and access token", async () => {
  const { accessToken, refreshToken } = await login(demo.url, "employee");
  const { logout } = await ask(demo.url, "Logout", { input: {} }, accessToken);
  assert.equal(logout.isLoggedOut, true);
  assert.equal((await sent("Today", {}, { token: accessToken })).status, 401);
  assert.deepEqual(codes(await refresh(refreshToken)), ["DEVICE_REVOKED"]);
});

test("a lost phone is logged out from another", async () => {
  const lost = await login(demo.url, "employee");
  const { devices } = (await ask(demo.url, "Devices", { first: 100 }, lost.accessToken)).viewer;
  const deviceId = devices.edges.find(({ node }) => node.isCurrent).node.id;
  assert.equal((await told("Logout", { input: { deviceId } })).logout.isLoggedOut, true);
  assert.equal((await sent("Today", {}, { token: lost.accessToken })).status, 401);
  assert.deepEqual(codes((await told("Logout", { input: { deviceId: noDevice } })).logout), ["NOT_FOUND"]);
});

test("codes and passwords that are wrong are typed errors, in spite of a token that does not hold", async () => {
  const [identifier, code, password] = ["199407012020121008", "00000-00000", "kapal-cepat-lambat-balohan"];
  for (const [name, input, expected] of [
    ["ActivateAccount", { identifier, code, newPassword: password }, "INVALID_CODE"],
    ["RequestContactCode", { email: "warga" }, "MALFORMED"],
    ["RegisterCitizen", { email: "warga@sabang.example", code, password, name: "Cut Mutia" }, "INVALID_CODE"],
  ]) {
    const { status, data } = await sent(name, { input }, { token: "expired" });
    assert.deepEqual([status, codes(Object.values(data)[0])], [200, [expected]], name);
  }
  const input = { currentPassword: "bukan kata sandi saya", newPassword: password };
  assert.deepEqual(codes((await told("ChangePassword", { input })).changePassword), ["INVALID_CREDENTIALS"]);
});

test("a check-in counts once, however often it is sent", async () => {
  const variables = checkInInput({ workday: { direction: "IN" } });
  const { checkIn: first } = await told("CheckIn", variables);
  assert.deepEqual([first.isReplay, first.checkIn.verdict, first.checkIn.reasons], [false, "ACCEPTED", []]);
  const later = { input: { ...variables.input, sentAt: new Date(Date.now() + 1_000).toISOString() } };
  const { checkIn: again } = await told("CheckIn", later);
  assert.deepEqual([again.isReplay, again.checkIn], [true, first.checkIn]);
  const other = { input: { ...variables.input, occasion: { workday: { direction: "OUT" } } } };
  assert.deepEqual(codes((await told("CheckIn", other)).checkIn), ["IDEMPOTENCY_CONFLICT"]);
  const { checkIns } = (await told("History", { first: 100 })).viewer;
  assert.equal(checkIns.edges.filter(({ node }) => node.id === first.checkIn.id).length, 1);
});

test("a queue comes back item by item, in its order", async () => {
  const now = Date.now();
  const item = (more) => {
    const { sentAt, ...rest } = checkInInput({ workday: { direction: "IN" } }).input;
    return { ...rest, capturedAt: new Date(now).toISOString(), ...more };
  };
  const ago = (days) => new Date(now - days * 86_400_000).toISOString();
  const known = item();
  const items = [
    known,
    known,
    { ...known, venueCode: "123456" },
    item({ capturedAt: ago(8) }),
    item({ capturedAt: ago(-1) }),
    item({ location: { latitude: 0, longitude: 0 } }),
    item({ occasion: { courseSessionId: noSession } }),
    item({ location: null }),
  ];
  const { results, errors } = (await told("SyncCheckIns", { input: { sentAt: new Date(now).toISOString(), items } }))
    .syncCheckIns;
  assert.deepEqual(errors, []);
  assert.deepEqual(results.map(codes), [
    [],
    [],
    ["IDEMPOTENCY_CONFLICT"],
    ["TOO_OLD"],
    ["CAPTURED_IN_FUTURE"],
    ["INVALID_LOCATION"],
    ["NOT_FOUND"],
    [],
  ]);
  assert.deepEqual([results[0].isReplay, results[1].isReplay], [false, true]);
  assert.equal(results[1].checkIn.id, results[0].checkIn.id);
  assert.deepEqual([results[7].checkIn.verdict, results[7].checkIn.reasons], ["NEEDS_REVIEW", ["LOCATION_MISSING"]]);
});

test("a queue of 201 is refused as a whole, a queue with a malformed item too, with the item's path", async () => {
  const { sentAt, ...item } = checkInInput({ workday: { direction: "IN" } }).input;
  const items = Array.from({ length: 201 }, () => ({ ...item, idempotencyKey: uuidv7() }));
  const { results, errors } = (await told("SyncCheckIns", { input: { sentAt, items } })).syncCheckIns;
  assert.deepEqual([results, errors.map(({ code }) => code)], [[], ["OUT_OF_RANGE"]]);
  const malformed = { sentAt, items: [item, { ...item, idempotencyKey: "first" }] };
  const refused = await sent("SyncCheckIns", { input: malformed }, { token });
  assert.equal(refused.status, 400);
  const { code, field } = refused.errors[0].extensions;
  assert.deepEqual([code, field], ["BAD_USER_INPUT", ["input", "items", "1", "idempotencyKey"]]);
});

test("what was not recorded for its location or its time is mended and sent under the same key", async () => {
  const occasion = { workday: { direction: "IN" } };
  const nowhere = checkInInput(occasion, { location: { latitude: 0, longitude: 0 } });
  assert.deepEqual(codes((await told("CheckIn", nowhere)).checkIn), ["INVALID_LOCATION"]);
  const without = (await told("CheckIn", { input: { ...nowhere.input, location: null } })).checkIn;
  assert.deepEqual([codes(without), without.checkIn.reasons], [[], ["LOCATION_MISSING"]]);

  const later = checkInInput(occasion, { capturedAt: new Date(Date.now() + 300_000).toISOString() });
  assert.deepEqual(codes((await told("CheckIn", later)).checkIn), ["CAPTURED_IN_FUTURE"]);
  const mended = (await told("CheckIn", { input: { ...later.input, capturedAt: later.input.sentAt } })).checkIn;
  assert.deepEqual([codes(mended), mended.checkIn.verdict], [[], "ACCEPTED"]);
});

test("a clock that is an hour fast loses nobody's presence", async () => {
  const fast = new Date(Date.now() + 3_600_000).toISOString();
  const variables = checkInInput({ workday: { direction: "IN" } }, { capturedAt: fast, sentAt: fast });
  const { checkIn } = (await told("CheckIn", variables)).checkIn;
  assert.deepEqual([checkIn.verdict, checkIn.reasons], ["NEEDS_REVIEW", ["CLOCK_SKEW"]]);
});

test("a rejected check-in is recorded, and can be disputed", async () => {
  const surabaya = { latitude: -7.2575, longitude: 112.7521, accuracyMeters: 8 };
  const { checkIn } = (await told("CheckIn", checkInInput({ workday: { direction: "OUT" } }, { location: surabaya })))
    .checkIn;
  assert.deepEqual([checkIn.verdict, checkIn.reasons], ["REJECTED", ["OUTSIDE_GEOFENCE"]]);
  const input = { checkInId: checkIn.id, reason: "Saya berada di kantor." };
  const { disputeCheckIn } = await told("DisputeCheckIn", { input });
  assert.deepEqual([codes(disputeCheckIn), disputeCheckIn.checkInReview.status], [[], "OPEN"]);
});

test("the month and the sessions", async () => {
  const { today } = (await told("Today")).viewer;
  const { attendance } = (await told("Month", { month: today.on.slice(0, 7) })).viewer;
  assert.ok(attendance.days.some(({ on }) => on === today.on));
  assert.ok(attendance.totals.workdays >= 1);
  const { courseSessions } = (await told("Sessions", { first: 1 })).viewer;
  assert.equal(courseSessions.pageInfo.hasNextPage, true);
  const next = await told("Sessions", { first: 1, after: courseSessions.pageInfo.endCursor });
  assert.notEqual(next.viewer.courseSessions.edges[0].node.id, courseSessions.edges[0].node.id);
});

test("a query by GET that has not changed is a 304 without a body, and a long answer comes compressed", async () => {
  const parameters = new URLSearchParams({ query: texts.Sessions, variables: '{"first":3}' });
  const get = (headers) =>
    fetch(`${demo.url}/graphql?${parameters}`, { headers: { Authorization: `Bearer ${token}`, ...headers } });
  const first = await get({ "Accept-Encoding": "gzip" });
  assert.deepEqual([first.status, first.headers.get("content-encoding")], [200, "gzip"]);
  assert.ok((await first.json()).data.viewer);
  const again = await get({ "If-None-Match": first.headers.get("etag") });
  assert.deepEqual([again.status, await again.text()], [304, ""]);
});

test("leave and corrections are asked for once, and stand in the list", async () => {
  const daysAhead = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const arrangement = { kind: "ANNUAL_LEAVE", startsOn: daysAhead(300), endsOn: daysAhead(302), reason: "Keluarga." };
  const leave = { input: { idempotencyKey: uuidv7(), arrangement } };
  const first = (await told("RequestLeave", leave)).requestDutyArrangement;
  const again = (await told("RequestLeave", leave)).requestDutyArrangement;
  assert.deepEqual([codes(first), first.isReplay, again.isReplay], [[], false, true]);
  const { id } = first.dutyArrangement;
  assert.equal(again.dutyArrangement.id, id);

  const { today } = (await told("Today")).viewer;
  const correction = { workdayOn: today.on, direction: "IN", happenedAt: today.now, reason: "Ponsel saya mati." };
  const asked = (await told("RequestCorrection", { input: { idempotencyKey: uuidv7(), ...correction } }))
    .requestCorrection;
  assert.deepEqual([codes(asked), asked.correction.status], [[], "REQUESTED"]);

  const { dutyArrangements, corrections } = (await told("Requests", { first: 100 })).viewer;
  assert.ok(dutyArrangements.edges.some(({ node }) => node.id === id));
  assert.ok(corrections.edges.some(({ node }) => node.id === asked.correction.id));
  const { withdrawDutyArrangement } = await told("WithdrawLeave", { input: { dutyArrangementId: id } });
  assert.equal(withdrawDutyArrangement.dutyArrangement.status, "WITHDRAWN");
});

test("what is refused as a whole says why, by code and status", async () => {
  const attempt = "login(input: $input) { errors { code } }";
  const twice = `mutation ($input: LoginInput!) { a: ${attempt} b: ${attempt} }`;
  for (const [body, options, status, code] of [
    [{ query: "{ viewer {" }, {}, 400, "GRAPHQL_PARSE_FAILED"],
    [{ query: "{ viewer { nip } }" }, {}, 400, "GRAPHQL_VALIDATION_FAILED"],
    [{ query: "{ viewer { nip } }" }, { Accept: "application/json" }, 200, "GRAPHQL_VALIDATION_FAILED"],
    [{ query: twice, variables: loginInput("employee") }, {}, 400, "COST_LIMIT_EXCEEDED"],
    [[{ query: "{ viewer { id } }" }], {}, 400, "BAD_REQUEST"],
    [{ query: "{ viewer { id } }", variables: { much: "x".repeat(300_000) } }, {}, 413, "PAYLOAD_TOO_LARGE"],
    [{ query: texts.RollChanged, variables: { courseSessionId: noSession } }, {}, 406, "NOT_ACCEPTABLE"],
    [{ query: "{ viewer { id } }" }, { Accept: "text/html" }, 406, "NOT_ACCEPTABLE"],
    [{ query: "{ viewer { id } }" }, { "Content-Type": "text/plain" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
  ]) {
    const refused = await send(demo.url, body, { token, ...options });
    const { code: said, requestId } = refused.errors[0].extensions;
    assert.deepEqual([refused.status, said, refused.data], [status, code, undefined]);
    assert.equal(requestId, refused.headers.get("x-request-id"));
  }
});

test("what one may not see is the same as what does not exist", async () => {
  const { data, errors } = await sent("Roll", { courseSessionId: noSession, first: 1 }, { token });
  assert.deepEqual({ data, errors }, { data: { node: null }, errors: undefined });
});

test("a page has at most 100 items, and a cursor is one of ours", async () => {
  for (const [variables, field] of [
    [{ first: 101 }, ["first"]],
    [{ first: 1, after: "x" }, ["after"]],
  ]) {
    const { status, data, errors } = await sent("History", variables, { token });
    assert.deepEqual([status, data.viewer], [200, null]);
    assert.deepEqual([errors[0].extensions.code, errors[0].extensions.field], ["BAD_USER_INPUT", field]);
  }
});

/** Changes that a page of another site tries to make with somebody's cookie. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN } from "../support/credentials.ts";
import { type ServerWithVictim, startServerWithVictim } from "../support/csrf-victim.ts";
import { codeOf } from "../support/sound-answer.ts";

let server: ServerWithVictim;
beforeAll(async () => {
  server = await startServerWithVictim();
});
afterAll(() => server.stop());

test("CS-01 a change by cookie without proof is refused and changes nothing", async () => {
  await server.expectRefused(() => server.remove({ cookie: server.admin.cookie }), "missing");
  await server.expectRefused(
    () => server.send("POST", "/logout", { cookie: server.admin.cookie }),
    "missing",
    "logout",
  );
});

test.each([
  ["nothing", () => ""],
  ["something", () => "x"],
  ["the session's own cookie", () => /__Host-session=([^;]+)/.exec(server.admin.cookie)?.[1] ?? ""],
  ["the proof and one character", () => `${server.admin.csrfToken}A`],
  ["half of it", () => server.admin.csrfToken.slice(0, 21)],
  ["the proof in lower case", () => server.admin.csrfToken.toLowerCase()],
  ["200 characters", () => "a".repeat(200)],
  ["300 characters", () => "a".repeat(300)],
])("CS-01 a proof that is %s is refused and changes nothing", async (_, proof) => {
  await server.expectRefused(
    () => server.remove({ cookie: server.admin.cookie, "x-csrf-token": proof() }),
    "mismatch",
  );
});

test("CS-01 the proof is taken from its header alone, and once", async () => {
  const { cookie, csrfToken } = server.admin;
  await server.expectRefused(
    () => server.remove({ cookie, "x-csrf-token": [csrfToken, csrfToken] }),
    "mismatch",
  );
  await server.expectRefused(() => server.remove({ cookie, "x-xsrf-token": csrfToken }), "missing");
  const inQuery = `/users/${server.victim}?x-csrf-token=${csrfToken}`;
  await server.expectRefused(() => server.send("DELETE", inQuery, { cookie }), "missing");
});

test("CS-02 the proof of another session, and the cookie a page may set, are no proof", async () => {
  const other = await server.login(ADMIN);
  await server.expectRefused(
    () => server.remove({ cookie: server.admin.cookie, "x-csrf-token": other.csrfToken }),
    "mismatch",
  );
  const planted = `${/__Host-session=[^;]+/.exec(server.admin.cookie)?.[0]}; __Host-csrf=planted`;
  await server.expectRefused(
    () => server.remove({ cookie: planted, "x-csrf-token": "planted" }),
    "mismatch",
  );
});

test("CS-03 the proof dies with its session", async () => {
  const { cookie, csrfToken } = await server.login(ADMIN);
  expect((await server.send("POST", "/logout", { cookie, "x-csrf-token": csrfToken })).status).toBe(
    204,
  );
  expect(codeOf(await server.remove({ cookie, "x-csrf-token": csrfToken }))).toBe(
    "401 unauthenticated",
  );
  const next = await server.login(ADMIN);
  await server.expectRefused(
    () => server.remove({ cookie: next.cookie, "x-csrf-token": csrfToken }),
    "mismatch",
  );
});

test("CS-01 with its proof, from its own origin, or without a cookie at all, the change is made", async () => {
  const own = {
    "x-csrf-token": server.admin.csrfToken,
    origin: "https://auth.example.com",
    "sec-fetch-site": "same-origin",
  };
  const authorization = `Bearer ${await server.bearer(ADMIN)}`;
  const second = (await server.newLogin()).userId;
  expect((await server.remove({ cookie: server.admin.cookie, ...own })).status).toBe(204);
  expect((await server.send("DELETE", `/users/${second}`, { authorization })).status).toBe(204);
  expect(server.sql("SELECT id FROM users WHERE id IN (?, ?)", server.victim, second)).toEqual([]);
});

/** Changes that a page of another site tries to make with somebody's cookie. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeOf } from "../support/answers.ts";
import { type CsrfTarget, startCsrfTarget } from "../support/csrf-target.ts";
import { ADMIN } from "../support/in-process-server.ts";

let target: CsrfTarget;
beforeAll(async () => {
  target = await startCsrfTarget();
});
afterAll(() => target.stop());

test("CS-01 a change by cookie without proof is refused and changes nothing", async () => {
  await target.expectRefused(() => target.remove({ cookie: target.admin.cookie }), "missing");
  await target.expectRefused(
    () => target.send("POST", "/logout", { cookie: target.admin.cookie }),
    "missing",
    "logout",
  );
});

test.each([
  ["nothing", () => ""],
  ["something", () => "x"],
  ["the session's own cookie", () => /__Host-session=([^;]+)/.exec(target.admin.cookie)?.[1] ?? ""],
  ["the proof and one character", () => `${target.admin.csrfToken}A`],
  ["half of it", () => target.admin.csrfToken.slice(0, 21)],
  ["the proof in lower case", () => target.admin.csrfToken.toLowerCase()],
  ["200 characters", () => "a".repeat(200)],
  ["300 characters", () => "a".repeat(300)],
])("CS-01 a proof that is %s is refused and changes nothing", async (_, proof) => {
  await target.expectRefused(
    () => target.remove({ cookie: target.admin.cookie, "x-csrf-token": proof() }),
    "mismatch",
  );
});

test("CS-01 the proof is taken from its header alone, and once", async () => {
  const { cookie, csrfToken } = target.admin;
  await target.expectRefused(
    () => target.remove({ cookie, "x-csrf-token": [csrfToken, csrfToken] }),
    "mismatch",
  );
  await target.expectRefused(() => target.remove({ cookie, "x-xsrf-token": csrfToken }), "missing");
  const inQuery = `/users/${target.victim}?x-csrf-token=${csrfToken}`;
  await target.expectRefused(() => target.send("DELETE", inQuery, { cookie }), "missing");
});

test("CS-02 the proof of another session, and the cookie a page may set, are no proof", async () => {
  const other = await target.login(ADMIN);
  await target.expectRefused(
    () => target.remove({ cookie: target.admin.cookie, "x-csrf-token": other.csrfToken }),
    "mismatch",
  );
  const planted = `${/__Host-session=[^;]+/.exec(target.admin.cookie)?.[0]}; __Host-csrf=planted`;
  await target.expectRefused(
    () => target.remove({ cookie: planted, "x-csrf-token": "planted" }),
    "mismatch",
  );
});

test("CS-03 the proof dies with its session", async () => {
  const { cookie, csrfToken } = await target.login(ADMIN);
  expect((await target.send("POST", "/logout", { cookie, "x-csrf-token": csrfToken })).status).toBe(
    204,
  );
  expect(codeOf(await target.remove({ cookie, "x-csrf-token": csrfToken }))).toBe(
    "401 unauthenticated",
  );
  const next = await target.login(ADMIN);
  await target.expectRefused(
    () => target.remove({ cookie: next.cookie, "x-csrf-token": csrfToken }),
    "mismatch",
  );
});

test("CS-01 with its proof, from its own origin, or without a cookie at all, the change is made", async () => {
  const own = {
    "x-csrf-token": target.admin.csrfToken,
    origin: "https://auth.example.com",
    "sec-fetch-site": "same-origin",
  };
  const authorization = `Bearer ${await target.bearer(ADMIN)}`;
  const second = (await target.newLogin()).userId;
  expect((await target.remove({ cookie: target.admin.cookie, ...own })).status).toBe(204);
  expect((await target.send("DELETE", `/users/${second}`, { authorization })).status).toBe(204);
  expect(target.sql("SELECT id FROM users WHERE id IN (?, ?)", target.victim, second)).toEqual([]);
});

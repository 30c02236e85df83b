/** Changes that a page of another site tries to make with somebody's cookie. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { codeOf, expectSound } from "./answers.ts";
import { ADMIN, type Login, startTarget, type Target } from "./target.ts";

let target: Target;
let admin: Login;
let victim: string;
let before: string;
beforeAll(async () => {
  target = await startTarget({ PUBLIC_URL: "https://auth.example.com", NODE_ENV: "test" });
  admin = await target.login(ADMIN);
  victim = (await target.newLogin()).userId;
});
beforeEach(() => {
  before = target.state();
});
afterAll(() => target.stop());
const remove = (headers: Record<string, string | string[]>) =>
  target.send("DELETE", `/users/${victim}`, headers);

async function expectRefused(
  answer: Promise<Awaited<ReturnType<typeof remove>>>,
  reason: string,
  operation = "deleteUser",
) {
  const refused = await answer;
  expectSound(refused);
  expect(codeOf(refused)).toBe("403 csrf_rejected");
  expect(refused.headers["set-cookie"]).toBeUndefined();
  expect(target.state()).toBe(before);
  expect(target.lastEvent()).toMatchObject({ event: "csrf_rejected", operation, reason });
}

test("CS-01 a change by cookie without proof is refused and changes nothing", async () => {
  await expectRefused(remove({ cookie: admin.cookie }), "missing");
  await expectRefused(
    target.send("POST", "/logout", { cookie: admin.cookie }),
    "missing",
    "logout",
  );
});

test.each([
  ["nothing", () => ""],
  ["something", () => "x"],
  ["the session's own cookie", () => /__Host-session=([^;]+)/.exec(admin.cookie)?.[1] ?? ""],
  ["the proof and one character", () => `${admin.csrfToken}A`],
  ["half of it", () => admin.csrfToken.slice(0, 21)],
  ["the proof in lower case", () => admin.csrfToken.toLowerCase()],
  ["200 characters", () => "a".repeat(200)],
  ["300 characters", () => "a".repeat(300)],
])("CS-01 a proof that is %s is refused and changes nothing", async (_, proof) => {
  await expectRefused(remove({ cookie: admin.cookie, "x-csrf-token": proof() }), "mismatch");
});

test("CS-01 the proof is taken from its header alone, and once", async () => {
  const { cookie, csrfToken } = admin;
  await expectRefused(remove({ cookie, "x-csrf-token": [csrfToken, csrfToken] }), "mismatch");
  await expectRefused(remove({ cookie, "x-xsrf-token": csrfToken }), "missing");
  expect(
    codeOf(await target.send("DELETE", `/users/${victim}?x-csrf-token=${csrfToken}`, { cookie })),
  ).toBe("403 csrf_rejected");
  expect(target.state()).toBe(before);
});

test("CS-02 the proof of another session, and the cookie a page may set, are no proof", async () => {
  const other = await target.login(ADMIN);
  before = target.state();
  await expectRefused(
    remove({ cookie: admin.cookie, "x-csrf-token": other.csrfToken }),
    "mismatch",
  );
  const planted = `${/__Host-session=[^;]+/.exec(admin.cookie)?.[0]}; __Host-csrf=planted`;
  await expectRefused(remove({ cookie: planted, "x-csrf-token": "planted" }), "mismatch");
});

test("CS-03 the proof dies with its session", async () => {
  const { cookie, csrfToken } = await target.login(ADMIN);
  expect((await target.send("POST", "/logout", { cookie, "x-csrf-token": csrfToken })).status).toBe(
    204,
  );
  expect(codeOf(await remove({ cookie, "x-csrf-token": csrfToken }))).toBe("401 unauthenticated");
  const next = await target.login(ADMIN);
  before = target.state();
  await expectRefused(remove({ cookie: next.cookie, "x-csrf-token": csrfToken }), "mismatch");
});

test("CS-01 with its proof, from its own origin, or without a cookie at all, the change is made", async () => {
  const own = {
    "x-csrf-token": admin.csrfToken,
    origin: "https://auth.example.com",
    "sec-fetch-site": "same-origin",
  };
  const authorization = `Bearer ${await target.bearer(ADMIN)}`;
  const second = (await target.newLogin()).userId;
  expect((await remove({ cookie: admin.cookie, ...own })).status).toBe(204);
  expect((await target.send("DELETE", `/users/${second}`, { authorization })).status).toBe(204);
  expect(target.sql("SELECT id FROM users WHERE id IN (?, ?)", victim, second)).toEqual([]);
});

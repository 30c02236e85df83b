/** The second layer: where a change comes from, whatever proof it brings. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeOf, expectSound } from "./answers.ts";
import { ADMIN, type Login, PASSWORD, startTarget, type Target } from "./target.ts";

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

describe("CS-06 where a change comes from", () => {
  const origins = [
    "https://evil.example",
    "null",
    "",
    "https://auth.example.com.evil.example",
    "https://evil.example#https://auth.example.com",
    "http://auth.example.com",
    "https://auth.example.com:444",
    "https://AUTH.example.com",
    "https://auth.example.com/",
    "https://sub.auth.example.com",
    "file://",
  ];

  test.each(origins)("a genuine proof from the origin %j is refused", async (origin) => {
    await expectRefused(
      remove({ cookie: admin.cookie, "x-csrf-token": admin.csrfToken, origin }),
      "cross_site",
    );
  });

  test("two origins are refused, though one of them is ours", async () => {
    const ours = "https://auth.example.com";
    await expectRefused(
      remove({
        cookie: admin.cookie,
        "x-csrf-token": admin.csrfToken,
        origin: [ours, "https://evil.example"],
      }),
      "cross_site",
    );
  });

  test("what a browser calls cross-site is refused, whatever the origin says", async () => {
    const headers = {
      cookie: admin.cookie,
      "x-csrf-token": admin.csrfToken,
      "sec-fetch-site": "cross-site",
    };
    await expectRefused(remove(headers), "cross_site");
    await expectRefused(remove({ ...headers, origin: "https://auth.example.com" }), "cross_site");
  });

  test.each(["/login", "/token/login", "/signup"])(
    "CS-07 %s is refused to another site, and nobody is logged in",
    async (path) => {
      const operation = { "/login": "login", "/token/login": "tokenLogin", "/signup": "signup" }[
        path
      ];
      const credentials =
        path === "/signup" ? { email: "new@example.com", password: PASSWORD } : ADMIN;
      await expectRefused(
        target.post(path, credentials, { origin: "https://evil.example" }),
        "cross_site",
        operation,
      );
      await expectRefused(
        target.post(path, credentials, { "sec-fetch-site": "cross-site" }),
        "cross_site",
        operation,
      );
    },
  );

  test("CS-06 a bearer token is no exception", async () => {
    const authorization = `Bearer ${await target.bearer(ADMIN)}`;
    before = target.state();
    await expectRefused(remove({ authorization, origin: "https://evil.example" }), "cross_site");
  });

  test("HD-03 no origin is told that it may read answers", async () => {
    for (const origin of ["https://evil.example", "https://auth.example.com", "null"]) {
      const answer = await target.send("GET", "/me", { cookie: admin.cookie, origin });
      expect(
        Object.keys(answer.headers).filter((name) => name.startsWith("access-control-")),
      ).toEqual([]);
    }
  });
});

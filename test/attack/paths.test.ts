/** IV-13: no spelling of a path dodges a guard. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { codeOf, expectSoundAnswer } from "../support/sound-answer.ts";

let server: InProcessServer;
let admin: Login;
let user: Login & { email: string };
beforeAll(async () => {
  server = await startInProcessServer();
  admin = await server.login(ADMIN);
  user = await server.newLogin();
});
afterAll(() => server.stop());

test.each([
  "//me",
  "/ME",
  "/%6de",
  "/%6D%65",
  "/me;x",
  "/me.",
  "/me%00",
  "/me%20",
  "/me%2f",
  "/me/..;/users",
  "/users%2f",
  "/users%5c",
  "/users;admin",
  "/%2fme",
  "/me%3f",
  "/me%23",
  "/me%c3",
  "/%",
  "/%zz",
  "/%E0%A4%A",
  "/*",
  "/**",
  "/:userId",
  "/{userId}",
  "/...",
  "/.env",
  "/.git/config",
  "/src/process/server.ts",
  "/package.json",
  "/data/auth-secret",
  "/docs/../src/process/server.ts",
  "/docs/%2e%2e/package.json",
  "/docs/..%2f..%2fpackage.json",
  "/problems/..%2f..%2fpackage.json",
  "/constructor",
  "/__proto__",
  "/toString",
])("IV-13 %s is no path of ours, whoever asks", async (path) => {
  for (const headers of [{}, { cookie: admin.cookie }]) {
    const answer = await server.send("GET", path, headers);
    expectSoundAnswer(answer);
    expect(codeOf(answer)).toBe("404 not_found");
  }
});

test.each(["/.", "/..", "/x/..", "/%2e"])(
  "%s is another spelling of /, the page that everybody may see",
  async (path) => {
    const home = await server.send("GET", "/");
    for (const headers of [{}, { cookie: admin.cookie }]) {
      const answer = await server.send("GET", path, headers);
      expect([answer.status, answer.body]).toEqual([200, home.body]);
    }
  },
);

test.each(["/me/", "/./me", "/./me/", "/x/../me", "/%2e/me", "/x/%2E%2e/me", "/me\\"])(
  "%s is another spelling of /me, and requires the same login",
  async (path) => {
    expect(codeOf(await server.send("GET", path))).toBe("401 unauthenticated");
    expect((await server.send("GET", path, { cookie: user.cookie })).status).toBe(200);
  },
);

test.each([
  "/users/x",
  "/users/..%2fme",
  "/users/%2e%2e%2fme",
  "/users/%00",
  "/users/..%2f",
  "/users/%2e%2e%2f",
  "/users/__proto__",
  "/users/constructor",
  "/users/1%20or%201=1",
  "/users/*",
  "/users/'%3bDROP%20TABLE%20users%3b--",
  "/users/%F0%9F%8C%8A",
  "/users/%ff",
  `/users/${"9".repeat(5000)}`,
  "/users/00000000-0000-0000-0000-000000000000",
])("AZ-02 %s names no account: 401, 403 and 400, in this order", async (path) => {
  const before = server.state();
  for (const method of ["GET", "DELETE"]) {
    const outcomes: string[] = [];
    for (const login of [undefined, user, admin]) {
      const answer = await server.send(
        method,
        path,
        login && { cookie: login.cookie, "x-csrf-token": login.csrfToken },
      );
      expectSoundAnswer(answer);
      outcomes.push(codeOf(answer));
    }
    expect(outcomes).toEqual(["401 unauthenticated", "403 forbidden", "400 validation_failed"]);
  }
  expect(server.state()).toBe(before);
});

/** IV-13, CS-08: no method dodges a guard. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

describe("methods", () => {
  const paths = [
    "/me",
    "/login",
    "/logout",
    "/signup",
    "/users",
    "/users/01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
    "/healthz",
    "/docs",
    "/problems/not-found",
  ];
  const allowed: Record<string, string> = {
    "/login": "POST",
    "/logout": "POST",
    "/me": "GET, HEAD, PATCH",
    "/users": "GET, HEAD, POST",
    "/signup": "POST",
    "/users/01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42": "DELETE, GET, HEAD, PATCH",
  };

  test.each([
    "PUT",
    "PATCH",
    "TRACE",
    "OPTIONS",
    "PROPFIND",
    "MKCOL",
    "LOCK",
    "PURGE",
    "M-SEARCH",
    "QUERY",
  ])("IV-13 %s is refused wherever Allow does not name it", async (method) => {
    const before = server.state();
    for (const path of paths) {
      const allow = allowed[path] ?? "GET, HEAD";
      if (allow.split(", ").includes(method)) continue;
      const answer = await server.send(method, path, {
        cookie: admin.cookie,
        "x-csrf-token": admin.csrfToken,
      });
      expectSoundAnswer(answer);
      expect([path, codeOf(answer), answer.headers.allow]).toEqual([
        path,
        "405 method_not_allowed",
        allow,
      ]);
    }
    expect(server.state()).toBe(before);
  });

  test("TRACE repeats nothing of the request", async () => {
    const answer = await server.send("TRACE", "/me", {
      cookie: user.cookie,
      "x-marker": "marker-of-this-test",
    });
    expect(answer.status).toBe(405);
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain("marker-of-this-test");
  });

  test("CS-08 a header or a parameter that names another method changes nothing", async () => {
    const path = `/users/${user.userId}`;
    const before = server.state();
    const proven = { cookie: admin.cookie, "x-csrf-token": admin.csrfToken };
    for (const name of [
      "x-http-method-override",
      "x-http-method",
      "x-method-override",
      "_method",
    ]) {
      const named = { ...proven, [name]: "DELETE" };
      expect((await server.send("GET", path, named)).status).toBe(200);
      expect(codeOf(await server.send("POST", path, named))).toBe("405 method_not_allowed");
      const inQuery = await server.send("GET", `${path}?${name}=DELETE`, proven);
      expect(codeOf(inQuery)).toBe("400 validation_failed");
    }
    expect(server.state()).toBe(before);
  });

  test("CS-08 HEAD answers as GET does, without a body, and changes nothing", async () => {
    const before = server.state();
    for (const [path, status] of [
      ["/me", 200],
      ["/users", 403],
      ["/login", 405],
      ["/nowhere", 404],
      ["/healthz", 200],
    ] as const) {
      const answer = await server.send("HEAD", path, { cookie: user.cookie });
      expectSoundAnswer(answer);
      expect([path, answer.status, answer.body]).toEqual([path, status, ""]);
    }
    expect(server.state()).toBe(before);
  });

  test.each(["get", "Get", "GETT", "G ET", "", "\0GET", "CONNECT"])(
    "an unknown method (%j) is refused",
    async (method) => {
      expect(
        await server.wire(`${method} /me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
      ).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    },
  );
});

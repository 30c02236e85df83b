/** The second layer: where a change comes from, whatever proof it brings. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { type ServerWithVictim, startServerWithVictim } from "../support/csrf-victim.ts";

let server: ServerWithVictim;
beforeAll(async () => {
  server = await startServerWithVictim();
});
afterAll(() => server.stop());

describe("CS-06 a change", () => {
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

  test.each(origins)("with a genuine proof is refused from the origin %j", async (origin) => {
    await server.expectRefused(
      () =>
        server.remove({
          cookie: server.admin.cookie,
          "x-csrf-token": server.admin.csrfToken,
          origin,
        }),
      "cross_site",
    );
  });

  test("from two origins is refused, though one of them is ours", async () => {
    const ours = "https://auth.example.com";
    await server.expectRefused(
      () =>
        server.remove({
          cookie: server.admin.cookie,
          "x-csrf-token": server.admin.csrfToken,
          origin: [ours, "https://evil.example"],
        }),
      "cross_site",
    );
  });

  test("that a browser calls cross-site is refused, whatever its origin says", async () => {
    const headers = {
      cookie: server.admin.cookie,
      "x-csrf-token": server.admin.csrfToken,
      "sec-fetch-site": "cross-site",
    };
    await server.expectRefused(() => server.remove(headers), "cross_site");
    await server.expectRefused(
      () => server.remove({ ...headers, origin: "https://auth.example.com" }),
      "cross_site",
    );
  });

  test.each(["/login", "/token/login", "/signup"])(
    "CS-07 by %s is refused to another site, and nobody is logged in",
    async (path) => {
      const operation = { "/login": "login", "/token/login": "tokenLogin", "/signup": "signup" }[
        path
      ];
      const credentials =
        path === "/signup" ? { email: "new@example.com", password: PASSWORD } : ADMIN;
      await server.expectRefused(
        () => server.post(path, credentials, { origin: "https://evil.example" }),
        "cross_site",
        operation,
      );
      await server.expectRefused(
        () => server.post(path, credentials, { "sec-fetch-site": "cross-site" }),
        "cross_site",
        operation,
      );
    },
  );

  test("CS-06 from another site is refused with a bearer token too", async () => {
    const authorization = `Bearer ${await server.bearer(ADMIN)}`;
    await server.expectRefused(
      () => server.remove({ authorization, origin: "https://evil.example" }),
      "cross_site",
    );
  });

  test("HD-03 tells no origin that it may read the answer", async () => {
    for (const origin of ["https://evil.example", "https://auth.example.com", "null"]) {
      const answer = await server.send("GET", "/me", { cookie: server.admin.cookie, origin });
      expect(
        Object.keys(answer.headers).filter((name) => name.startsWith("access-control-")),
      ).toEqual([]);
    }
  });
});

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

  const refusedWith = (headers: Record<string, string | string[]>) =>
    server.expectRefused(
      () =>
        server.remove({
          cookie: server.admin.cookie,
          "x-csrf-token": server.admin.csrfToken,
          ...headers,
        }),
      "cross_site",
      "deleteUser",
      "origin_not_allowed",
    );

  test.each(origins)(
    "with a genuine proof is refused from the origin %j, which is named",
    async (origin) => {
      const answer = await refusedWith({ origin });
      expect(JSON.parse(answer.body)).toMatchObject({
        origin,
        detail: `The origin \`${origin}\` may change nothing here: it is neither that of PUBLIC_URL nor one in CORS_ORIGINS.`,
      });
    },
  );

  test("HD-04 is refused from an origin that is no text, of which printable ASCII is repeated, and a bounded part", async () => {
    const odd = `https://\u00e9\u0085\t\u00ad"<b>\\.example/${"x".repeat(4_000)}`;
    const answer = await refusedWith({ origin: Buffer.from(odd, "latin1").toString("latin1") });
    const { origin } = JSON.parse(answer.body) as { origin: string };
    expect(origin).toBe(`https://????"<b>\\.example/${"x".repeat(4_000)}`.slice(0, 267));
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.stringify(server.lastEvent())).not.toContain("example");
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
      "deleteUser",
      "origin_not_allowed",
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
        "origin_not_allowed",
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
      "deleteUser",
      "origin_not_allowed",
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

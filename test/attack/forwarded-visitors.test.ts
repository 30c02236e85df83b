/** A page's own server that calls as its visitors: what a page elsewhere, or a visitor, could make it do. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forward, sessionFrom } from "@portcullis/client/server";
import { operations } from "../../src/contract/operations.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import {
  type InProcessServer,
  type Login,
  startInProcessServer,
} from "../support/in-process-server.ts";
import { type PageServer, startPageServer } from "../support/page-server.ts";

let server: InProcessServer;
let pages: PageServer;
let admin: Login;
beforeAll(async () => {
  server = await startInProcessServer({ TRUST_PROXY: "loopback" });
  admin = await server.login(ADMIN);
  pages = await startPageServer((request) => ({
    baseUrl: server.baseUrl,
    address: request.socket.remoteAddress,
  }));
});
afterAll(async () => {
  pages.close();
  await server.stop();
});

const ownPage = { "sec-fetch-site": "same-origin" };
/** Requests that no page of ours made, as browsers and programs describe them. */
const foreign: readonly [string, Record<string, string>][] = [
  [
    "a sibling domain's page",
    { "sec-fetch-site": "same-site", origin: "https://evil.example.com" },
  ],
  ["another site's page", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
  ["a link in a mail", { "sec-fetch-site": "none" }],
  ["a page that claims to be two", { "sec-fetch-site": "same-origin, same-site" }],
  [
    "a browser without Fetch Metadata, from a sibling domain",
    { origin: "https://evil.example.com" },
  ],
  ["a browser without Fetch Metadata, from nowhere", { origin: "null" }],
  ["a browser without Fetch Metadata, from another port", { origin: "http://127.0.0.1:1" }],
  ["a browser that says nothing", {}],
];

describe("SV-01 a change", () => {
  test.each(foreign)(
    "by %s is refused, though the proof is among the cookies",
    async (_by, headers) => {
      const victim = await server.newLogin();
      const before = server.state();
      server.sql("DELETE FROM limits"); // a repeated refusal is no event
      const answer = await pages.ask(
        "deleteUser",
        { userId: victim.userId },
        { ...headers, cookie: admin.cookie },
      );
      expect(answer).toMatchObject({ status: 403, code: "csrf_rejected", setCookies: [] });
      expect(server.state()).toBe(before);
      expect(server.lastEvent()).toMatchObject({
        event: "csrf_rejected",
        operation: "deleteUser",
        reason: "cross_site",
        ip: "127.0.0.1",
      });
    },
  );

  test.each(foreign)("by %s signs nobody in or up", async (_by, headers) => {
    const before = server.state();
    const login = await pages.ask("login", ADMIN, headers);
    expect(login).toMatchObject({ status: 403, code: "csrf_rejected", setCookies: [] });
    const email = server.freshEmail();
    const signup = await pages.ask("signup", { email, password: PASSWORD }, headers);
    expect(signup).toMatchObject({ status: 403, code: "csrf_rejected" });
    expect(server.state()).toBe(before);
  });

  test.each([
    ["its browser says so", () => ownPage],
    ["its origin is its host", () => ({ origin: `http://${pages.host}` })],
  ])("by a page of its own passes where %s", async (_how, headers) => {
    const { userId } = await server.newLogin();
    const answer = await pages.ask(
      "deleteUser",
      { userId },
      { ...headers(), cookie: admin.cookie },
    );
    expect(answer.status).toBe(204);
  });

  test("by a page of its own passes behind a proxy that changes the host, where the origin is told", async () => {
    const behind = await startPageServer(() => ({
      baseUrl: server.baseUrl,
      address: undefined,
      origin: "https://app.example.com",
    }));
    const ask = (origin: string) =>
      behind.ask("updateMe", { name: "Ada" }, { origin, cookie: admin.cookie });
    try {
      expect((await ask("https://app.example.com")).status).toBe(200);
      expect((await ask("http://app.example.com")).status).toBe(403);
      expect((await ask(`http://${behind.host}`)).status).toBe(403);
    } finally {
      behind.close();
    }
  });
});

describe("SV-02 the address of a visitor", () => {
  const headers = {
    ...ownPage,
    "x-forwarded-for": "198.51.100.1, 203.0.113.9",
    forwarded: "for=198.51.100.1",
    "x-real-ip": "198.51.100.1",
  };
  const seenOf = async (options: Parameters<typeof startPageServer>[0], sent = headers) => {
    const relay = await startPageServer(options);
    try {
      await relay.ask("login", ADMIN, sent);
      return server.lastEvent()["ip"];
    } finally {
      relay.close();
    }
  };

  test("is the one that the page's server gives, whatever the visitor writes", async () => {
    expect(await seenOf(() => ({ baseUrl: server.baseUrl, address: "192.0.2.7" }))).toBe(
      "192.0.2.7",
    );
    expect(await seenOf(() => ({ baseUrl: server.baseUrl, address: "2001:db8::7" }))).toBe(
      "2001:db8::7",
    );
    // Not known: that of the page's server, and no word of the visitor's.
    expect(await seenOf(() => ({ baseUrl: server.baseUrl, address: undefined }))).toBe("127.0.0.1");
  });

  test("is what the outermost proxy of one's own saw, and nothing further to the left", async () => {
    const behind = (trustedHops: number) => () => ({ baseUrl: server.baseUrl, trustedHops });
    expect(await seenOf(behind(1))).toBe("203.0.113.9");
    expect(
      await seenOf(behind(2), { ...headers, "x-forwarded-for": "1.1.1.1, 203.0.113.9, 10.0.0.1" }),
    ).toBe("203.0.113.9");
    expect(await seenOf(behind(3))).toBe("127.0.0.1");
    expect(await seenOf(behind(1), { ...headers, "x-forwarded-for": "203.0.113.9, unknown" })).toBe(
      "127.0.0.1",
    );
  });

  test.each([
    ["198.51.100.1:40001", "198.51.100.1"],
    ["[2001:db8::1]:40001", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
  ])("is read from %s, as some proxies write it", async (hop, address) => {
    const behindOne = () => ({ baseUrl: server.baseUrl, trustedHops: 1 });
    expect(await seenOf(behindOne, { ...headers, "x-forwarded-for": `1.1.1.1, ${hop}` })).toBe(
      address,
    );
  });

  test.each([
    "198.51.100.1, 203.0.113.9",
    "localhost",
    "",
    "203.0.113.9\r\nx-a: b",
    "for=203.0.113.9",
  ])("given as %j is refused as a mistake", (address) => {
    expect(() => forward({}, { baseUrl: server.baseUrl, address })).toThrow(TypeError);
  });

  test.each([0, -1, 1.5, Number.NaN])(
    "behind %d proxies is refused as a mistake",
    (trustedHops) => {
      expect(() => forward({}, { baseUrl: server.baseUrl, trustedHops })).toThrow(TypeError);
    },
  );
});

describe("SV-03 the cookies", () => {
  test("of an answer all reach the visitor, each on a line of its own", async () => {
    const { setCookies } = await pages.ask("login", ADMIN, ownPage);
    expect(setCookies.map((line) => line.split("=")[0])).toEqual([
      "__Host-session",
      "__Host-csrf",
      "__Host-device",
    ]);
    for (const line of setCookies) expect(line).toMatch(/; Path=\/; /);
    const cookie = setCookies.map((line) => line.split(";")[0]).join("; ");
    expect(await pages.ask("getMe", {}, { cookie }, "GET")).toMatchObject({ status: 200 });
    const left = await pages.ask("logout", {}, { ...ownPage, cookie });
    expect(left.setCookies.filter((line) => line.includes("Max-Age=0"))).toHaveLength(2);
  });

  test("of the visitor go to the auth server where they are its own, and no others", async () => {
    const sent: (string | null)[] = [];
    const cookie = [
      "app=secret",
      admin.cookie,
      "__Host-app=secret",
      " __Host-session=of-a-sibling",
      "\u00a0__Host-session=of-a-sibling",
    ].join("; ");
    const { api } = forward(
      { headers: { cookie, ...ownPage, authorization: "Bearer app", "x-api-key": "app" } },
      {
        baseUrl: server.baseUrl,
        address: undefined,
        fetch(request) {
          sent.push(request.headers.get("cookie"));
          expect([...request.headers.keys()]).not.toContain("authorization");
          expect([...request.headers.keys()]).not.toContain("x-api-key");
          return fetch(request);
        },
      },
    );
    expect(await api.getMe()).toMatchObject({ status: 200 });
    expect(sent).toEqual([admin.cookie]);
  });
});

describe("SV-04 a request by GET", () => {
  const reading = Object.values(operations).filter(({ method }) => method === "GET");

  test.each(reading.map(({ operationId, path }) => [operationId, path]))(
    "to %s sets no cookie, whoever asks",
    async (_operationId, path) => {
      const { userId } = await server.newLogin();
      const ended = await server.newLogin();
      const { cookie, csrfToken } = ended;
      await server.post("/logout", {}, { cookie, "x-csrf-token": csrfToken });
      const target = path.replace("{userId}", userId);
      for (const headers of [{}, { cookie: admin.cookie }, { cookie }]) {
        const answer = await server.send("GET", target, headers);
        expect(answer.headers["set-cookie"]).toBeUndefined();
      }
    },
  );

  test.each(["GET", "HEAD"])(
    "or HEAD to a page's server changes nothing, not by a page of its own either: %s",
    async (method) => {
      const before = server.state();
      const headers = { ...ownPage, cookie: admin.cookie };
      const { api, setCookies } = forward(
        { headers, method },
        { baseUrl: server.baseUrl, address: undefined },
      );
      expect(await api.logout()).toMatchObject({ problem: { code: "csrf_rejected" } });
      expect(await api.login(ADMIN)).toMatchObject({ problem: { code: "csrf_rejected" } });
      expect(setCookies).toEqual([]);
      expect(server.state()).toBe(before);
    },
  );

  test("tells a page who its visitor is, by any kind of headers", async () => {
    const options = { baseUrl: server.baseUrl, address: undefined };
    const { cookie } = admin;
    const kinds = [
      { cookie },
      { cookie: cookie.split("; ") },
      new Headers({ cookie }),
      new Request("https://app.example.com", { headers: { cookie } }),
      { headers: { cookie }, method: "GET" },
    ];
    for (const visitor of kinds)
      expect(await sessionFrom(visitor, options)).toMatchObject({
        status: "signed_in",
        user: { email: ADMIN.email },
      });
    expect(await sessionFrom({}, options)).toEqual({ status: "signed_out" });
    expect(await sessionFrom({ cookie: "__Host-session=x" }, options)).toEqual({
      status: "signed_out",
    });
    const nobody = { ...options, fetch: () => Promise.reject(new Error("down")) };
    expect(await sessionFrom({ cookie }, nobody)).toEqual({ status: "unknown" });
  });
});

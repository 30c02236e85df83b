import { type IncomingMessage, request as send } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSettings } from "../../src/process/settings.ts";
import { freshEmail } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const APP = "https://app.example.com";
const OTHER_APP = "http://localhost:5173";
const POST = { "access-control-request-method": "POST" };

let server: ServerProcess;
let closed: ServerProcess;
beforeAll(async () => {
  server = await startServerProcess({
    environment: { CORS_ORIGINS: `${APP}, ${OTHER_APP}`, CORS_HEADERS: "X-App-Version, baggage" },
  });
  closed = await startServerProcess();
});
afterAll(async () => {
  await server.dispose();
  await closed.dispose();
});

test.each([
  "/login",
  "/me",
  "/users/x",
  "/.well-known/jwks.json",
  "/nowhere/at/all",
  "/",
  "/problems/not-found",
])("HD-03 a preflight from a configured origin is answered on %s", async (path) => {
  for (const origin of [APP, OTHER_APP]) {
    const { status, headers } = await ask("OPTIONS", path, { origin, ...POST });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
      "access-control-allow-headers":
        "content-type, authorization, x-csrf-token, traceparent, tracestate, baggage, sentry-trace, x-app-version",
      "access-control-max-age": "600",
      "x-content-type-options": "nosniff",
      vary: expect.stringMatching(/origin/i) as string,
    });
    expect(headers["x-request-id"]).toBeDefined();
  }
});

test.each([
  [`${APP}.evil.example`, "a suffix"],
  ["https://evil-app.example.com", "a prefix"],
  ["https://sub.app.example.com", "a subdomain"],
  ["http://app.example.com", "another scheme"],
  ["https://app.example.com:8443", "another port"],
  ["https://app.example.com:443", "the default port spelled out"],
  ["https://APP.example.com", "another case"],
  ["https://app.example.com/", "a path"],
  ["null", "no origin at all"],
  ["*", "a star"],
  [`${APP}, ${OTHER_APP}`, "the list itself"],
  ["", "an empty one"],
])("HD-03 origin %j gets nothing: %s", async (origin) => {
  const preflight = await ask("OPTIONS", "/login", { origin, ...POST });
  expect(preflight.status).toBe(405);
  expect(preflight.headers.allow).toBe("POST");
  const login = await ask(
    "POST",
    "/login",
    { origin },
    { email: freshEmail(), password: PASSWORD },
  );
  expect(login.status).toBe(403);
  for (const { headers } of [preflight, login, await ask("GET", "/healthz", { origin })]) {
    expect(corsHeadersOf(headers)).toEqual([]);
    expect(headers.vary).toMatch(/origin/i); // a shared cache must tell the answers apart
  }
});

test("HD-03 CORS is off by default: no header, no preflight, no exception", async () => {
  const address = closed.baseUrl;
  const preflight = await ask("OPTIONS", "/login", { origin: APP, ...POST }, undefined, address);
  expect(preflight).toMatchObject({ status: 405 });
  expect(preflight.headers.allow).toBe("POST");
  const login = await ask(
    "POST",
    "/login",
    { origin: APP },
    { email: freshEmail(), password: PASSWORD },
    address,
  );
  expect(login.status).toBe(403);
  for (const { headers } of [preflight, login]) {
    expect(corsHeadersOf(headers)).toEqual([]);
    expect(headers.vary).toBeUndefined();
  }
});

test("HD-03 failures too can be read from a configured origin: 400, 401, 404, 405, 413 and 415", async () => {
  const origin = { origin: APP };
  const failures = [
    [400, await ask("POST", "/login", origin, {})],
    [401, await ask("GET", "/me", origin)],
    [404, await ask("GET", "/nowhere", origin)],
    [405, await ask("PUT", "/login", origin)],
    [413, await ask("POST", "/login", origin, { email: "x".repeat(20_000) })],
    [415, await ask("POST", "/login", { ...origin, "content-type": "text/plain" }, {})],
  ] as const;
  for (const [status, answer] of failures) {
    expect(answer.status).toBe(status);
    expect(answer.headers["access-control-allow-origin"]).toBe(APP);
    expect(answer.headers["access-control-expose-headers"]).toBe(
      "x-request-id, retry-after, ratelimit, ratelimit-policy",
    );
    expect(answer.headers["cache-control"]).toBe("no-store");
  }
});

test("IV-13 an OPTIONS request that is no preflight is answered as ever: 405 with the methods, or 404", async () => {
  const known = await ask("OPTIONS", "/login", { origin: APP });
  expect(known.status).toBe(405);
  expect(known.headers.allow).toBe("POST");
  expect((await ask("OPTIONS", "/nowhere", { origin: APP })).status).toBe(404);
  expect((await ask("OPTIONS", "/nowhere", POST)).status).toBe(404);
});

test("CS-06 a configured origin of another site may sign up and log in, and its cookie still needs the CSRF proof", async () => {
  const browser = { origin: APP, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" };
  const email = freshEmail();
  expect((await ask("POST", "/signup", browser, { email, password: PASSWORD })).status).toBe(201);
  const login = await ask("POST", "/login", browser, { email, password: PASSWORD });
  expect(login.status).toBe(200);
  const cookie = (login.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]).join("; ");
  expect((await ask("POST", "/logout", { ...browser, cookie })).status).toBe(403);
  const { csrfToken } = JSON.parse(login.body) as { csrfToken: string };
  const proven = { ...browser, cookie, "x-csrf-token": csrfToken };
  expect((await ask("POST", "/logout", proven)).status).toBe(204);
});

test("CS-06 another site stays refused: with our own origin, with none, or with a foreign one", async () => {
  const own = { origin: server.baseUrl };
  for (const headers of [own, {}, { origin: "https://elsewhere.example" }]) {
    const answer = await ask(
      "POST",
      "/login",
      { ...headers, "sec-fetch-site": "cross-site" },
      { email: freshEmail(), password: PASSWORD },
    );
    expect(answer.status).toBe(403);
  }
});

test.each([
  ...[
    "*",
    "null",
    "app.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://*.example.com",
  ],
  ...[
    "http://app.example.com",
    "https://App.example.com",
    "https://app.example.com:443",
    "https://a.example,,https://b.example",
  ],
  ...[
    "https://user@app.example.com",
    "https://app.example.com?x",
    "ftp://app.example.com",
    "http://localhost.evil.example",
    ",",
  ],
])("HD-03 CORS_ORIGINS=%s stops the start", (CORS_ORIGINS) => {
  const read = readSettings({ CORS_ORIGINS });
  expect(read).toEqual({ faults: [expect.stringMatching(/^CORS_ORIGINS must be exact origins/)] });
});

test("HD-03 CORS_ORIGINS takes https origins, and loopback ones for development", () => {
  const origins = [
    "https://a.example",
    "https://b.example:8443",
    "http://localhost:3000",
    "http://127.0.0.1",
    "http://[::1]:1",
  ];
  const read = readSettings({ CORS_ORIGINS: origins.join(" , ") });
  expect(read).toMatchObject({ settings: { CORS_ORIGINS: new Set(origins) } });
});

test("HD-10 pages of every origin read the public keys, without credentials; those of a configured one as ever", async () => {
  const path = "/.well-known/jwks.json";
  const stranger = { origin: "https://elsewhere.example" };
  for (const address of [server.baseUrl, closed.baseUrl]) {
    for (const headers of [stranger, {}, { origin: "null" }]) {
      const keys = await ask("GET", path, headers, undefined, address);
      expect(keys.status).toBe(200);
      expect(corsHeadersOf(keys.headers)).toEqual(["access-control-allow-origin"]);
      expect(keys.headers["access-control-allow-origin"]).toBe("*");
    }
    const preflight = await ask(
      "OPTIONS",
      path,
      {
        ...stranger,
        "access-control-request-method": "GET",
        "access-control-request-headers": "traceparent",
      },
      undefined,
      address,
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, HEAD",
      "access-control-allow-headers": expect.stringMatching(
        /^content-type, .*traceparent/,
      ) as string,
    });
    expect(preflight.headers["access-control-allow-credentials"]).toBeUndefined();
  }
  const listed = await ask("GET", path, { origin: APP });
  expect(listed.headers).toMatchObject({
    "access-control-allow-origin": APP,
    "access-control-allow-credentials": "true",
  });
  // A shared cache must tell the two answers apart.
  expect((await ask("GET", path, stranger)).headers.vary).toMatch(/origin/i);
});

test("HD-10 nothing else is for every origin", async () => {
  const stranger = { origin: "https://elsewhere.example" };
  for (const path of ["/healthz", "/metrics", "/openapi.json", "/problems/not-found", "/nope"])
    expect(corsHeadersOf((await ask("GET", path, stranger)).headers)).toEqual([]);
});

test.each([
  "*",
  "a b",
  "x-ok,",
  "x-ok,,y",
  "x:y",
  "x-\u00e9",
  "x".repeat(65),
  "x\ny",
  '"x"',
  Array.from({ length: 33 }, (_, n) => `x-${n}`).join(),
])("HD-03 CORS_HEADERS=%s stops the start", (CORS_HEADERS) => {
  const read = readSettings({ CORS_HEADERS });
  expect(read).toEqual({ faults: [expect.stringMatching(/^CORS_HEADERS must be /)] });
});

function corsHeadersOf(headers: object): string[] {
  return Object.keys(headers).filter((name) => name.startsWith("access-control-"));
}

/** Not `fetch`, which sets some of these headers itself. */
async function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
  address: string = server.baseUrl,
) {
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const length = body === undefined ? {} : { "content-length": String(text.length) };
  const { hostname, port } = new URL(address);
  const sent = send({ hostname, port, path, method, headers: { ...type, ...headers, ...length } });
  sent.on("error", () => undefined);
  sent.end(text);
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject);
  });
  let answer = "";
  for await (const chunk of answered) answer += String(chunk);
  return { status: answered.statusCode, headers: answered.headers, body: answer };
}

/** IV-12: requests that two readers could read in two ways, and headers out of all proportion. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HEADER_LINES } from "../../src/process/unreadable-requests.ts";
import { createBaseHeaders } from "../../src/routes/headers.ts";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { codeOf, expectSoundAnswer } from "../support/sound-answer.ts";

let server: InProcessServer;
let cookie: string;
beforeAll(async () => {
  server = await startInProcessServer();
  ({ cookie } = await server.newLogin());
});
afterAll(() => server.stop());
const get = (headers: string, path = "/me") =>
  server.wire(`GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);
const body = () => JSON.stringify({ email: server.freshEmail(), password: PASSWORD });
const jsonPost = "POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

test("no header of a proxy changes what is answered, or what is recorded", async () => {
  const forwarded = {
    "x-forwarded-for": "198.51.100.1",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-real-ip": "198.51.100.1",
    forwarded: "for=198.51.100.1",
    "x-original-url": "/users",
    "x-rewrite-url": "/users",
  };
  const answer = await server.send("GET", "/me", forwarded);
  expectSoundAnswer(answer);
  expect(codeOf(answer)).toBe("401 unauthenticated");
  await server.post("/login", { email: "nobody@example.com", password: PASSWORD }, forwarded);
  expect(server.lastEvent()).toMatchObject({ event: "login_failed", ip: "127.0.0.1" });
});

test.each([
  [
    "both lengths",
    (b: string) =>
      `${jsonPost}Content-Length: ${b.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${b}`,
  ],
  [
    "two lengths",
    (b: string) => `${jsonPost}Content-Length: ${b.length}\r\nContent-Length: 0\r\n\r\n${b}`,
  ],
  [
    "a list of lengths",
    (b: string) => `${jsonPost}Content-Length: ${b.length}, ${b.length}\r\n\r\n${b}`,
  ],
  ["a signed length", (b: string) => `${jsonPost}Content-Length: +${b.length}\r\n\r\n${b}`],
  ["a negative length", (b: string) => `${jsonPost}Content-Length: -1\r\n\r\n${b}`],
  ["an unknown coding", (b: string) => `${jsonPost}Transfer-Encoding: xchunked\r\n\r\n${b}`],
  [
    "a coding spelled with a tab",
    (b: string) => `${jsonPost}Transfer-Encoding:\tchunked, identity\r\n\r\n${b}`,
  ],
  [
    "a space before the colon",
    (b: string) => `${jsonPost}Content-Length : ${b.length}\r\n\r\n${b}`,
  ],
  [
    "a folded header",
    (b: string) => `${jsonPost}X-Folded: a\r\n b\r\nContent-Length : ${b.length}\r\n\r\n${b}`,
  ],
  [
    "bare line feeds",
    (b: string) => `${jsonPost.replaceAll("\r\n", "\n")}Content-Length: ${b.length}\n\n${b}`,
  ],
  [
    "a chunk size that is none",
    (b: string) => `${jsonPost}Transfer-Encoding: chunked\r\n\r\nZZ\r\n${b}\r\n0\r\n\r\n`,
  ],
  [
    "NUL in a header",
    (b: string) => `${jsonPost}X-Nul: a\0b\r\nContent-Length: ${b.length}\r\n\r\n${b}`,
  ],
])("IV-12 a request with %s is refused, and makes no account", async (_, compose) => {
  const before = server.state();
  expect(await server.wire(compose(body()))).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  expect(server.state()).toBe(before);
});

test("headers above the limit are refused", async () => {
  expect(await get(`Host: localhost\r\nX-Large: ${"a".repeat(20_000)}\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await get(`Host: localhost\r\nCookie: ${"a=b; ".repeat(4000)}\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await get(`Host: localhost\r\n${"X-Many: 1\r\n".repeat(3000)}`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});

const localhost = "Host: localhost\r\n";
test.each([
  ["no HTTP", "400", "hello\r\n\r\n"],
  ["HTTP/2 in clear", "400", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["HTTP/1.1 without a host", "400", "GET /healthz HTTP/1.1\r\n\r\n"],
  ["two hosts", "400", `GET /healthz HTTP/1.1\r\n${localhost}${localhost}\r\n`],
  [
    "a target that is no URL",
    "400",
    `GET http:// HTTP/1.1\r\n${localhost}Connection: close\r\n\r\n`,
  ],
  ["a letter beyond ASCII in the target", "400", `GET /healthz?a=ü HTTP/1.1\r\n${localhost}\r\n`],
  ["an expectation nobody knows", "417", `GET /me HTTP/1.1\r\n${localhost}Expect: cake\r\n\r\n`],
  ["headers too large", "431", `GET / HTTP/1.1\r\n${localhost}X: ${"a".repeat(20_000)}\r\n\r\n`],
  [
    "chunk extensions too large",
    "413",
    `${jsonPost}Transfer-Encoding: chunked\r\n\r\n2;${"a".repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
  ],
])(
  "HD-01 what is refused below the app carries the security headers: %s",
  async (_, status, bytes) => {
    expectBare(await server.wire(bytes), status);
  },
);

test("IV-22 a request with more header lines than anybody needs is refused, and records nothing: none of them is left out in silence", async () => {
  const events = () => server.sql("SELECT count(*) AS n FROM events");
  const before = events();
  const login = JSON.stringify({ email: server.freshEmail(), password: PASSWORD });
  const post = `POST /login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${login.length}\r\n`;
  for (const lines of [HEADER_LINES, 1_990, 2_010, 3_500]) {
    const filled = `${post}${localhost}${"a:\r\n".repeat(lines)}X-Forwarded-For: 203.0.113.9\r\n`;
    expectBare(await server.wire(`${filled}\r\n${login}`), "431");
    // Nor is it another host that is meant, further down.
    expectBare(await server.wire(`${filled}${localhost}\r\n${login}`), "431");
  }
  expect(events()).toEqual(before);
  expect(await get(`${localhost}${"a:\r\n".repeat(HEADER_LINES - 2)}`)).toMatch(/^HTTP\/1\.1 401 /);
});

test("HD-01 an absolute target carries each security header once", async () => {
  const answer = await get(localhost, "http://localhost/me");
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  expect(answer.match(/x-content-type-options/gi)).toHaveLength(1);
});

/** One answer, with all headers of the others and nothing else in it. */
function expectBare(answer: string, status: string): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  for (const [name, value] of Object.entries(createBaseHeaders(false)))
    expect(answer.toLowerCase()).toContain(`\r\n${name}: ${value}\r\n`.toLowerCase());
  expect(answer).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/i);
  expect(answer.indexOf("\r\n\r\n")).toBe(answer.length - 4);
}

test("headers just below the limit are read, in no time", retryOnBusyMachine, async () => {
  const started = performance.now();
  for (const filler of [" ", ";", "=", "; ", "__Host-session=; ", "\t"]) {
    const answer = await server.send("GET", "/me", {
      cookie: `a=b;${filler.repeat(Math.floor(15_000 / filler.length))}c=d`,
      authorization: `Bearer ${"=".repeat(100)}`,
    });
    expect(codeOf(answer)).toBe("401 unauthenticated");
  }
  expect(performance.now() - started).toBeLessThan(1000);
});

test("a genuine cookie among many others is found", async () => {
  expect(
    (await server.send("GET", "/me", { cookie: `theme=dark; a=b; =; ;;  x; ${cookie}; last=1` }))
      .status,
  ).toBe(200);
});

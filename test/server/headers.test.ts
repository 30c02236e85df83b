import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtFilePath } from "../../src/pages/page-files.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let secure: ServerProcess;
let plain: ServerProcess;
beforeAll(async () => {
  secure = await startServerProcess({ environment: { PUBLIC_URL: "https://auth.example.com" } });
  plain = await startServerProcess();
});
afterAll(async () => {
  await secure.dispose();
  await plain.dispose();
});

const requests = [
  ["GET", "/healthz"],
  ["GET", "/me"],
  ["GET", "/nowhere"],
  ["PUT", "/login"],
  ["POST", "/login"],
  ["GET", "/problems/not-found"],
  ["GET", "/reset"],
  ["GET", "/docs"],
  ["GET", "/openapi.json"],
  ["GET", "/sign-in"],
  ["GET", "/admin/nowhere"],
  ["GET", builtFilePath("base.js")],
] as const;
/** Says nothing private, so it may be kept: one is asked for again each time, the other has its content in its path. */
const PUBLIC: ReadonlyMap<string, string> = new Map([
  ["/openapi.json", "public, max-age=0, must-revalidate"],
  [builtFilePath("base.js"), "public, max-age=31536000, immutable"],
]);

test.each(requests)(
  "HD-01 %s %s carries the security headers, HSTS on https only, and names no software",
  async (method, path) => {
    const { status, headers } = await fetch(secure.baseUrl + path, { method });
    expect(status).toBeGreaterThanOrEqual(200);
    expectCommon(headers, PUBLIC.get(path));
    const overHttp = await fetch(plain.baseUrl + path, { method });
    expect(overHttp.headers.get("strict-transport-security")).toBeNull();
  },
);

test("HD-01 the refusal of an invalid host, which the app never sees, carries the security headers too", async () => {
  const answer = await raw("GET /healthz HTTP/1.1\r\nHost: a, b", secure);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  const lines = answer.split("\r\n").slice(1, answer.split("\r\n").indexOf(""));
  expectCommon(new Headers(lines.map((line) => line.split(": ", 2) as [string, string]))); // a name and a value
});

test("IV-12 a second Host header is refused, and TRACE never echoes", async () => {
  expect(await raw("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b")).toMatch(/^HTTP\/1\.1 400 /);
  const traced = await raw("TRACE /me HTTP/1.1\r\nHost: a\r\nCookie: secret=1");
  expect(traced).toMatch(/^HTTP\/1\.1 (?:400|405|501) /);
  expect(traced).not.toContain("secret=1");
});

function expectCommon(headers: Headers, cacheControl = "no-store"): void {
  expect(headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}; includeSubDomains$/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("x-frame-options")).toBe("DENY");
  const policy = headers.get("content-security-policy")?.split("; ");
  for (const closed of ["default-src", "frame-ancestors", "base-uri", "form-action"])
    expect(policy).toContain(`${closed} 'none'`);
  expect(policy?.join()).not.toContain("unsafe");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("permissions-policy")).toBe("camera=(), geolocation=(), microphone=()");
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(headers.get("cache-control")).toBe(cacheControl);
  expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  for (const name of ["x-powered-by", "server"]) expect(headers.get(name)).toBeNull();
}

async function raw(head: string, { baseUrl } = plain): Promise<string> {
  const socket = connect(Number(new URL(baseUrl).port), "127.0.0.1");
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  await once(socket, "close");
  return answer;
}

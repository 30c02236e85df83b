/** IV-12: a host or a target that two readers could read in two ways. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer();
});
afterAll(() => server.stop());
const get = (headers: string, path = "/me") =>
  server.wire(`GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`);

test.each([
  ["two that differ", "Host: localhost\r\nHost: evil.example\r\n"],
  ["two alike", "Host: localhost\r\nhost: localhost\r\n"],
  ["two in one", "Host: localhost, evil.example\r\n"],
  ["none", ""],
  ["a path in it", "Host: localhost/users\r\n"],
  ["an impossible port", "Host: localhost:99999\r\n"],
  ["a port that is none", "Host: localhost:x\r\n"],
  ["a space in it", "Host: local host\r\n"],
  ["brackets left open", "Host: [::1\r\n"],
])("a Host header that is %s is refused", async (_, headers) => {
  expect(await get(headers, "/healthz")).toMatch(/^HTTP\/1\.1 400 /);
  expect(await get(headers, "/%2e/healthz")).toMatch(/^HTTP\/1\.1 400 /);
});

test.each([
  "localhost",
  "LOCALHOST",
  "auth.example.com",
  "127.0.0.1:3000",
  "[::1]:3000",
  "xn--bcher-kva.example",
])("the Host header %s is accepted", async (host) => {
  expect(await get(`Host: ${host}\r\n`, "/healthz")).toMatch(/^HTTP\/1\.1 200 /);
});

test("an absolute request target is routed by its path, whatever its host", async () => {
  expect(await get("Host: localhost\r\n", "http://evil.example/healthz")).toMatch(
    /^HTTP\/1\.1 200 /,
  );
  expect(await get("Host: localhost\r\n", "http://evil.example/me")).toMatch(/^HTTP\/1\.1 401 /);
});

test("http:///me names a host called me, and so the page at /, not the caller's account", async () => {
  const answer = await get("Host: localhost\r\n", "http:///me");
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/content-type: text\/html/i);
});

test.each([
  "http://",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "me",
  "?",
  "#",
  "http://user:pass@evil.example:99999/me",
  "http://[::1/me",
  "*",
])("the request target %s is refused", async (path) => {
  expect(await get("Host: localhost\r\n", path)).toMatch(/^HTTP\/1\.1 40[0145] /);
});

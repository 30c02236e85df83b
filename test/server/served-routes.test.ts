import { readFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { PROBE_PATH } from "../../src/contract/doctor-probe.ts";
import { problem, problemCodes } from "../../src/contract/problems.ts";
import { builtFiles } from "../../src/pages/built/files.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ NODE_ENV: "test" });
});
afterAll(() => server.stop());

test("HD-09 the routes that are served are those that are documented, and the pages", async () => {
  const published = JSON.parse(await readFile("openapi/openapi.json", "utf8")) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const documented = Object.entries(published.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const pages = [
    ...["/docs", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/init.js"],
    ...["/reset", "/confirm", "/email", "/login/mail"],
    ...["/", "/openapi.json", "/problems", PROBE_PATH],
    ...problemCodes.map((code) => problem(code).type),
    ...problemCodes.filter((code) => code.includes("_")).map((code) => `/problems/${code}`),
    ...["/sign-in", "/sign-up", "/account/**", "/admin/**"],
    ...["", "/security", "/sessions", "/history", "/leave"].map((part) => `/account${part}`),
    ...["", "/users", "/users/{userId}", "/events", "/keys", "/settings"].map(
      (part) => `/admin${part}`,
    ),
    ...builtFiles.names.map((name) => `/pages/${builtFiles.digest}/${name}`),
  ].map((path) => `GET ${path}`);
  const served = server.routes
    .filter(({ method }) => method !== "")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(served.sort()).toEqual([...documented, ...pages].sort());
});

test("IV-13 every path answers every other method with 405 and the methods it has", async () => {
  const paths = new Set(server.routes.map(({ path }) => path));
  for (const path of paths) {
    const own = server.routes.filter((route) => route.path === path && route.method !== "");
    const methods = own.map(({ method }) => method);
    const allow = methods.includes("GET") ? [...methods, "HEAD"] : methods;
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter(
      (m) => !allow.includes(m),
    )) {
      const response = await fetch(server.address + path.replaceAll(/:\w+/g, "x"), { method });
      expect(response.status, `${method} ${path}`).toBe(405);
      expect(response.headers.get("allow")).toBe(allow.sort().join(", "));
      expect(await response.json()).toMatchObject({ code: "method_not_allowed" });
    }
  }
});

test("an unknown path is a problem document like any other failure", async () => {
  const response = await fetch(`${server.address}/nowhere`);
  expect(response.status).toBe(404);
  const body: unknown = await response.json();
  expect(problem("not_found").schema.safeParse(body).error).toBeUndefined();
});

test("a code in the address leads to its page, whatever follows it, and nothing else does", async () => {
  for (const code of problemCodes.filter((each) => each.includes("_"))) {
    const url = `${server.address}/problems/${code}?from=//evil.example`;
    const response = await fetch(url, { redirect: "manual" });
    expect([code, response.status, response.headers.get("location")]).toEqual([
      code,
      308,
      problem(code).type,
    ]);
  }
  for (const path of ["/problems/email_taken_", "/problems/constructor", "/problems//evil.example"])
    expect((await fetch(server.address + path, { redirect: "manual" })).status, path).toBe(404);
});

test("the index of problems has every code with its status and title, and each page leads back to it", async () => {
  const index = await (await fetch(`${server.address}/problems`)).text();
  for (const code of problemCodes) {
    const { type, status, title } = problem(code);
    const row = index.split("<tr>").find((each) => each.includes(`href="${type}"`));
    for (const part of [`<code>${code}</code>`, `<td>${status}</td>`, `<td>${title}</td>`])
      expect(row, code).toContain(part);
    expect(await (await fetch(server.address + type)).text()).toContain('href="/problems"');
  }
});

test("the page at / leads to everything that is for people, and each link is answered", async () => {
  const html = await (await fetch(`${server.address}/`)).text();
  const links = [...html.matchAll(/<a (?:class="button[^"]*" )?href="([^"]+)"/g)].map(
    ([, href = ""]) => href,
  );
  expect(links).toEqual([
    ...["/sign-in", "/sign-up", "/account"],
    ...["/admin", "/docs", "/openapi.json", "/problems", "/healthz", "/readyz"],
  ]);
  for (const link of links) expect((await fetch(server.address + link)).status, link).toBe(200);
});

test("CF-02 in production the page at / has no link to what is not served, and tells no version", async () => {
  const production = await startInProcessServer({
    NODE_ENV: "production",
    PUBLIC_URL: "https://auth.example.com",
    AUTH_SECRET: randomBytes(48).toString("base64"),
    SMTP_URL: "smtp://127.0.0.1:1",
    MAIL_FROM: "auth@example.com",
  });
  onTestFinished(() => production.stop());
  const answer = await fetch(`${production.address}/`);
  expect(answer.status).toBe(200);
  const html = await answer.text();
  const links = [...html.matchAll(/<a (?:class="button[^"]*" )?href="([^"]+)"/g)].map(
    ([, href]) => href,
  );
  expect(links).toEqual(["/sign-in", "/sign-up", "/account", "/problems", "/healthz", "/readyz"]);
  expect(html).not.toMatch(/\d+\.\d+\.\d+/);
  expect(answer.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; .*; style-src 'self'; img-src 'self' data:$/,
  );
});

test("every problem's type is a page that a person can read", async () => {
  for (const code of problemCodes) {
    const response = await fetch(server.address + problem(code).type);
    expect(response.status).toBe(200);
    const html = await response.text();
    expect(html).toContain(problem(code).title);
    expect(html).toContain("What to do");
  }
});

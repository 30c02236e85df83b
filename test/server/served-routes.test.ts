import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problem, problemCodes } from "../../src/contract/problems.ts";
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
    ...["/docs/page.css", "/docs/favicon.png", "/openapi.json", "/problems/page.css"],
    ...["/reset", "/reset/page.js", "/reset/page.css"],
    ...problemCodes.map((code) => problem(code).type),
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

test("every problem's type is a page that a person can read", async () => {
  for (const code of problemCodes) {
    const response = await fetch(server.address + problem(code).type);
    expect(response.status).toBe(200);
    const html = await response.text();
    expect(html).toContain(problem(code).title);
    expect(html).toContain("What to do");
  }
});

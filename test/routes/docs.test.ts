import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtFilePath } from "../../src/pages/page-files.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const ASSETS = ["swagger-ui.css", "swagger-ui-bundle.js", "init.js"];
const FILES = ["/openapi.json", ...ASSETS.map((name) => `/docs/${name}`)];

/** The bytes as they came, which `fetch` would only show decompressed. */
async function ask(url: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>(
    (resolve, reject) => {
      const sent = request(url, { method, headers, agent: false }, async (answer) => {
        const bytes = Buffer.concat(await answer.toArray());
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes });
      });
      sent.on("error", reject).end();
    },
  );
}

describe("DOCS=on", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess();
  });
  afterAll(() => server.dispose());

  test.each(FILES)("%s is the same file compressed, plain and asked for again", async (path) => {
    const url = server.baseUrl + path;
    const plain = await ask(url);
    const refused = await ask(url, { "accept-encoding": "gzip;q=0" });
    const gzipped = await ask(url, { "accept-encoding": "br, gzip" });
    expect(plain).toMatchObject({ status: 200, headers: { vary: "accept-encoding" } });
    expect(plain.headers).not.toHaveProperty("content-encoding");
    expect(refused.bytes.equals(plain.bytes)).toBe(true);
    expect(gzipped.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzipped.bytes).equals(plain.bytes)).toBe(true);

    const etag = String(plain.headers["etag"]);
    expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
    for (const known of [etag, etag.slice("W/".length), `"other", ${etag}`]) {
      const again = await ask(url, { "if-none-match": known });
      expect(again).toMatchObject({ status: 304, headers: { etag } });
      expect(again.bytes).toHaveLength(0);
    }
    expect(await ask(url, { "if-none-match": '"other"' })).toMatchObject({ status: 200 });
  });

  test.each(["/docs", ...FILES])("HEAD %s answers the headers of GET and no body", async (path) => {
    const get = await ask(`${server.baseUrl}${path}`);
    const head = await ask(`${server.baseUrl}${path}`, {}, "HEAD");
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    for (const name of ["content-type", "etag", "content-security-policy", "cache-control"])
      expect(head.headers[name], name).toEqual(get.headers[name]);
  });

  test.each([
    ["/docs/init.js", "src/pages/built/docs.js"],
    ["/openapi.json", "openapi/openapi.json"],
  ])("%s is %s, byte for byte", async (path, file) => {
    const { bytes } = await ask(server.baseUrl + path);
    expect(bytes.equals(await readFile(file))).toBe(true);
  });

  test("HD-07 the page loads its own files only, its icon among them, and allows no inline code", async () => {
    const { headers, bytes } = await ask(`${server.baseUrl}/docs`);
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    const page = bytes.toString();
    const loaded = [...page.matchAll(/<(?:link|script)[^>]+(?:href|src)="([^"]+)"/g)].map(
      ([, path]) => path,
    );
    const shared = [builtFilePath("logo.svg"), builtFilePath("docs.css")];
    const own = ASSETS.map((name) => `/docs/${name}`);
    expect(loaded.toSorted()).toEqual([...own, ...shared].toSorted());
    for (const path of loaded)
      expect((await ask(`${server.baseUrl}${path}`)).status, path).toBe(200);
  });
});

describe("DOCS=off", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess({ environment: { DOCS: "off" } });
  });
  afterAll(() => server.dispose());

  test.each(["/docs", ...FILES])("%s is not there", async (path) => {
    const { status, headers } = await ask(`${server.baseUrl}${path}`);
    expect(status).toBe(404);
    expect(headers["content-type"]).toBe("application/problem+json");
  });

  test("the pages that problems link to stay", async () => {
    expect(await ask(`${server.baseUrl}/problems/email-taken`)).toMatchObject({
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  });
});

/** The HTML of the applications, and the files that it loads, as a server answers them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { builtFiles } from "../../src/pages/built/files.ts";
import type { Given } from "../../src/pages/given.ts";
import { builtFilePath } from "../../src/pages/page-files.ts";
import { ADMIN } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";

const PAGES = ["/sign-in", "/sign-up", "/account", "/account/security"];
const CONSOLE = ["/admin", "/admin/users/0198c0de-0000-7000-8000-000000000001"];
const POLICY = [
  "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:",
  "require-trusted-types-for 'script'; trusted-types 'none'",
].join("; ");

const folder = mkdtempSync(join(tmpdir(), "portcullis-pages-"));
let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer({ NODE_ENV: "test" });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

async function started(environment: Record<string, string>): Promise<InProcessServer> {
  const made = await startInProcessServer({ NODE_ENV: "test", ...environment });
  onTestFinished(() => made.stop());
  return made;
}

/** Each path that the page loads, and how. */
function loadedBy(html: string): string[] {
  return [...html.matchAll(/<(?:link|script)[^>]+(?:href|src)="([^"]+)"/g)].map(
    ([, path = ""]) => path,
  );
}

function givenIn(html: string): Given {
  const [, attribute = ""] = /data-given="([^"]*)"/.exec(html) ?? [];
  const text = attribute
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
  return JSON.parse(text) as Given; // written by the server
}

describe("the HTML of an application", () => {
  test.each([...PAGES, ...CONSOLE])(
    "PG-01 %s has the strict policy, Trusted Types among it, and no inline code",
    async (path) => {
      const answer = await fetch(server.address + path);
      const html = await answer.text();
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        200,
        "text/html; charset=utf-8",
      ]);
      expect(answer.headers.get("content-security-policy")).toBe(POLICY);
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
      for (const [tag] of html.matchAll(/<script[^>]*>/g)) expect(tag).toContain(" src=");
    },
  );

  test.each([...PAGES, ...CONSOLE])(
    "PG-10 %s names every file that it will load, and each is there",
    async (path) => {
      const html = await (await fetch(server.address + path)).text();
      const loaded = loadedBy(html);
      expect(loaded).toContain(builtFilePath("base.css"));
      const scripts = new Set(loaded.filter((each) => each.endsWith(".js")));
      for (const script of scripts) {
        const answer = await fetch(server.address + script);
        expect([script, answer.status]).toEqual([script, 200]);
        // A static import that the page does not name would be found one round trip later.
        for (const [, name = ""] of (await answer.text()).matchAll(/from"\.\/([^"]+)"/g))
          expect(
            [...scripts].some((known) => known.endsWith(`/${name}`)),
            name,
          ).toBe(true);
      }
    },
  );

  test("PG-10 the words of the language that the browser asks for are loaded at once, and no others", async () => {
    const wordsIn = async (language: string) => {
      const answer = await fetch(`${server.address}/sign-in`, {
        headers: { "accept-language": language },
      });
      expect(answer.headers.get("vary")).toBe("accept-language");
      const html = await answer.text();
      const words = loadedBy(html).flatMap(
        (path) => /words-[a-z-]+-([a-z]+)\.js$/.exec(path)?.[1] ?? [],
      );
      return { tag: /<html lang="([^"]+)"/.exec(html)?.[1], words: [...new Set(words)] };
    };
    expect(await wordsIn("de-AT,de;q=0.9,en;q=0.8")).toEqual({ tag: "de", words: ["de"] });
    expect(await wordsIn("en-GB")).toEqual({ tag: "en", words: ["en"] });
    for (const other of ["fr", "*", "de;q=0", '"><script>', "x".repeat(2_000)])
      expect(await wordsIn(other), other).toEqual({ tag: "en", words: ["en"] });
  });

  test("the start page is there in the language that the browser asks for", async () => {
    const homeIn = async (language: string) => {
      const answer = await fetch(`${server.address}/`, {
        headers: { "accept-language": language },
      });
      expect(answer.headers.get("vary")).toBe("accept-language");
      const html = await answer.text();
      return [
        /<html lang="([^"]+)"/.exec(html)?.[1],
        /<a class="button" [^>]+>([^<]+)/.exec(html)?.[1],
      ];
    };
    expect(await homeIn("de-AT,en;q=0.8")).toEqual(["de", "Konto erstellen"]);
    for (const other of ["en-GB", "fr", ""])
      expect(await homeIn(other)).toEqual(["en", "Create an account"]);
  });

  test("PG-08 what an application is given is the same for everybody, and holds no secret of the server", async () => {
    const { cookie } = await server.login(ADMIN);
    const [stranger, admin] = await Promise.all(
      [{}, { cookie }].map(async (headers) =>
        (await fetch(`${server.address}/admin/users`, { headers })).text(),
      ),
    );
    expect(admin).toBe(stranger);
    expect(admin).not.toContain("admin@");
  });

  test("an unknown path beneath an application is a page too, and a 404", async () => {
    for (const path of ["/account/nowhere", "/admin/users/a/b", "/admin/x/y/z"]) {
      const answer = await fetch(server.address + path);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        404,
        "text/html; charset=utf-8",
      ]);
      expect(answer.headers.get("content-security-policy")).toBe(POLICY);
    }
    for (const path of ["/sign-in/x", "/accounts", "/administrator"])
      expect((await fetch(server.address + path)).headers.get("content-type"), path).toBe(
        "application/problem+json",
      );
  });

  test("a page asks nothing of the database", async () => {
    const broken = await started({});
    const { cookie } = await broken.login(ADMIN);
    broken.sql("ALTER TABLE sessions RENAME TO gone");
    const statusOf = async (path: string) =>
      (await fetch(broken.address + path, { headers: { cookie } })).status;
    expect(await statusOf("/me")).toBeGreaterThanOrEqual(500);
    for (const path of [...PAGES, ...CONSOLE, "/", "/problems", builtFilePath("base.js")])
      expect(await statusOf(path), path).toBe(200);
  });
});

describe("files that pages load", () => {
  test.each(builtFiles.names)("%s is kept for ever, compressed for those who can", async (name) => {
    const path = builtFilePath(name);
    const plain = await ask(server.address + path);
    const gzipped = await ask(server.address + path, { "accept-encoding": "gzip" });
    expect(plain).toMatchObject({
      status: 200,
      headers: { "cache-control": "public, max-age=31536000, immutable", vary: "accept-encoding" },
    });
    expect(plain.bytes.equals(await readFile(`src/pages/built/${name}`))).toBe(true);
    expect(gzipped.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gzipped.bytes).equals(plain.bytes)).toBe(true);
    const head = await ask(server.address + path, {}, "HEAD");
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
  });

  test("another digest is another version, and is not there", async () => {
    for (const path of [
      "/pages/0000000000000000/base.js",
      `/pages/${builtFiles.digest}/files.ts`,
      `/pages/${builtFiles.digest}/..%2fgiven.ts`,
      `/pages/${builtFiles.digest}/`,
      "/pages/",
    ]) {
      const answer = await fetch(server.address + path);
      expect([path, answer.status, answer.headers.get("cache-control")]).toEqual([
        path,
        404,
        "no-store",
      ]);
    }
  });
});

describe("settings of pages", () => {
  test("PAGES=off leaves no page to sign in on, and / says so", async () => {
    const headless = await started({ PAGES: "off" });
    for (const path of [...PAGES, "/account/nowhere"]) {
      const answer = await fetch(headless.address + path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.headers.get("content-type"), path).toBe("application/problem+json");
    }
    // Links of mails lead to ours all the same.
    expect((await fetch(`${headless.address}/reset`)).status).toBe(200);
    const home = await (await fetch(`${headless.address}/`)).text();
    expect(home).toContain("no page to sign in on");
    expect(home).not.toMatch(/href="\/(?:sign|account)/);
    expect(givenIn(await (await fetch(`${headless.address}/admin`)).text()).hasPages).toBe(false);
  });

  test("CONSOLE=off leaves no console", async () => {
    const closed = await started({ CONSOLE: "off" });
    for (const path of [...CONSOLE, "/admin/nowhere"])
      expect((await fetch(closed.address + path)).status, path).toBe(404);
    expect(await (await fetch(`${closed.address}/`)).text()).not.toContain('"/admin"');
  });

  test("SIGNUP=closed offers no account to make", async () => {
    const closed = await started({ SIGNUP: "closed" });
    expect(await (await fetch(`${closed.address}/`)).text()).not.toContain("/sign-up");
    const html = await (await fetch(`${closed.address}/sign-in`)).text();
    expect(givenIn(html).signup).toBe("closed");
  });

  test("names, addresses and paths of the settings are values, whatever is in them", async () => {
    const odd = await started({
      SERVICE_NAME: `"><script>alert(1)</script>&'`,
      PRIVACY_URL: 'https://example.com/?a=1&b=%3C"><x',
      TERMS_URL: "https://example.com/terms",
    });
    for (const path of ["/sign-in", "/account", "/admin", "/", "/problems/not-found", "/docs"]) {
      const html = await (await fetch(odd.address + path)).text();
      expect(html, path).not.toContain("<script>");
      expect(html, path).not.toContain("<x");
      for (const [tag] of html.matchAll(/<script[^>]*>/g)) expect(tag).toContain(" src=");
    }
    expect(givenIn(await (await fetch(`${odd.address}/sign-in`)).text())).toMatchObject({
      service: `"><script>alert(1)</script>&'`,
      termsUrl: "https://example.com/terms",
    });
  });

  test("ACCENT_COLOR and LOGO are files beneath digests of their own, and every page has them", async () => {
    const logo = join(folder, "logo.svg");
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    writeFileSync(logo, svg);
    const own = await started({ ACCENT_COLOR: "#AA0055", LOGO: logo });
    const html = await (await fetch(`${own.address}/sign-in`)).text();
    const [theme = "", image = ""] = [/theme\.css$/, /logo\.svg$/].map((name) =>
      loadedBy(html).find((path) => name.test(path)),
    );
    expect(givenIn(html).logo).toBe(image);
    for (const path of ["/account", "/admin", "/", "/problems", "/docs"]) {
      const page = await (await fetch(own.address + path)).text();
      expect(loadedBy(page), path).toEqual(expect.arrayContaining([theme, image]));
    }
    const sheet = await fetch(own.address + theme);
    expect(sheet.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(await sheet.text()).toMatch(/^:root\{--accent-light:#[0-9a-f]{6};/);
    const shown = await fetch(own.address + image);
    expect([shown.headers.get("content-type"), await shown.text()]).toEqual(["image/svg+xml", svg]);
    // Opened by itself it is a document of our origin, and its script does not run.
    expect(shown.headers.get("content-security-policy")).toMatch(/^default-src 'none';/);
  });

  test("beneath a path, every file and link is beneath it", async () => {
    const mounted = await started({
      PUBLIC_URL: "https://example.com/auth",
      ACCENT_COLOR: "#123456",
    });
    for (const path of ["/auth/sign-in", "/auth/admin/users", "/auth/", "/auth/problems"]) {
      const html = await (await fetch(mounted.address + path)).text();
      for (const link of [...loadedBy(html), ...html.matchAll(/href="(\/[^"]*)"/g)])
        expect(String(typeof link === "string" ? link : link[1]), path).toMatch(/^\/auth(?:\/|$)/);
      for (const file of loadedBy(html))
        expect((await fetch(mounted.address + file)).status, file).toBe(200);
    }
  });
});

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

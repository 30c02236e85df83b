import { expect, test } from "vitest";
import { pagePaths } from "../../src/contract/page-paths.ts";
import { detailInGeneral, problem, problemCodes } from "../../src/contract/problems.ts";
import { builtFiles } from "../../src/pages/built/files.ts";
import { builtFilePath } from "../../src/pages/page-files.ts";
import { renderTranslatedPages, renderPages } from "../../src/pages/pages.ts";
import { pageSourceNames } from "../../src/pages/sources.ts";
import { readPageSources } from "../../src/platform/page-sources.ts";
import { pageSettings } from "../support/page-settings.ts";

const sources = await readPageSources(pageSourceNames);
const settings = pageSettings({
  newPassword: { minLength: 20, maxLength: 256 },
  service: "Northwind",
  providers: [
    { id: "google", name: "Google" },
    { id: "own-idp", name: "Own & <others>" },
  ],
});
const files = renderPages(sources, settings);
const translated = renderTranslatedPages(sources, settings);
const pages = [
  ...files.filter(({ contentType }) => contentType.startsWith("text/html")),
  ...translated.flatMap(({ paths: [path = ""], allows, texts }) =>
    Array.from(texts, ([language, text]) => ({ path: `${path} (${language})`, allows, text })),
  ),
];
const fileAt = (path: string) => files.find((file) => file.path === path);

test("every path is served once", () => {
  expect(files.map(({ path }) => path)).toEqual([...new Set(files.map(({ path }) => path))]);
});

test.each(pages)("$path loads files that are served, and its policy names their kinds", (page) => {
  const loaded = [...page.text.matchAll(/<(?:link|script)[^>]+(?:href|src)="([^"]+)"/g)];
  const built = new Set<string>(builtFiles.names.map(builtFilePath));
  for (const [, path = ""] of loaded) {
    const kind = kindOf(path);
    if (!built.has(path)) expect(fileAt(path)?.contentType, path).toMatch(kind.type);
    expect(page.allows, path).toContain(kind.allowance);
  }
  expect(loaded.length).toBeGreaterThan(0);
});

function kindOf(path: string) {
  if (path.endsWith(".css")) return { type: /^text\/css/, allowance: "style-src 'self'" };
  if (path.endsWith(".svg")) return { type: /svg/, allowance: "img-src 'self' data:" };
  return { type: /javascript/, allowance: "script-src 'self'" };
}

test.each(pages)("$path has no inline code, which its policy refuses", ({ text }) => {
  expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i);
  for (const [tag] of text.matchAll(/<script[^>]*>/g)) expect(tag).toContain(" src=");
});

test("PW-04 pages of links are given the settings' bounds of a password", () => {
  const links = translated.find(({ paths }) => paths.includes(pagePaths.reset));
  for (const text of links?.texts.values() ?? [])
    expect(text).toContain(
      "&quot;newPassword&quot;:{&quot;minLength&quot;:20,&quot;maxLength&quot;:256}",
    );
  expect(links?.texts.size).toBeGreaterThan(1);
});

test("HD-04 a problem's page says what the catalogue says, with code as code", () => {
  for (const code of problemCodes) {
    const { type, status, why, remedy } = problem(code);
    const text = fileAt(type)?.text ?? "";
    expect(text).toContain(`<code>${code}</code> &middot; HTTP ${status}`);
    for (const sentence of [detailInGeneral(code), why, remedy])
      expect(text.replaceAll(/<\/?code>/g, "`")).toContain(
        sentence.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
      );
  }
});

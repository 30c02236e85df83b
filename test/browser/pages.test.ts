import { afterEach, describe, expect, test } from "vitest";
import { pagePaths } from "../../src/contract/page-paths.ts";
import { docsPage } from "../../src/pages/docs.ts";
import { renderPages } from "../../src/pages/pages.ts";
import { pageSourceNames } from "../../src/pages/sources.ts";
import { readPageSources } from "../../src/platform/page-sources.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { pageSettings } from "../support/page-settings.ts";

const sources = await readPageSources(pageSourceNames);
const paths = [
  pagePaths.home,
  ...[...renderPages(sources, pageSettings()), docsPage(sources, pageSettings())]
    .filter(({ contentType }) => contentType.startsWith("text/html"))
    .map(({ path }) => path),
];

describe.skipIf(noBrowser)("every page in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test("HD-07 loads all it asks for, styled, without a violation of its policy or an error", async () => {
    watched = await newPage();
    const { page, origin, faults, consoleErrors } = watched;
    for (const path of paths) {
      const answer = await page.goto(`${origin}${path}`, { waitUntil: "networkidle" });
      expect(answer?.status(), path).toBe(200);
      const unstyled = await page
        .locator("link[rel=stylesheet]")
        .evaluateAll(
          (links) =>
            links.filter(
              (link) => !(link instanceof HTMLLinkElement && link.sheet?.cssRules.length),
            ).length,
        );
      expect(unstyled, path).toBe(0);
      expect(await faults(), path).toEqual([]);
    }
    expect(consoleErrors).toEqual([]);
  });

  test.each([
    ["/reset", /violation of require-trusted-types-for: trusted-types-sink/],
    ["/problems/weak-password", /violation of script-src(?:-elem)?: inline/],
    ["/docs", /violation of script-src(?:-elem)?: inline/],
  ])(
    "HD-07 %s runs no inline code and loads nothing foreign, and these tests see the attempt",
    async (path, refused) => {
      watched = await newPage();
      const { page, origin, faults } = watched;
      await page.goto(`${origin}${path}`, { waitUntil: "networkidle" });
      await page.evaluate(() => {
        const inline = document.createElement("script");
        const foreign = document.createElement("script");
        const attempts = [
          () => (inline.textContent = "window.ran = true"),
          () => (foreign.src = "https://example.invalid/x.js"),
        ];
        for (const attempt of attempts)
          try {
            attempt();
          } catch {
            // An application takes no text for code at all, and says so by a violation.
          }
        document.body.append(inline, foreign);
      });
      expect((await faults()).join("\n")).toMatch(refused);
      if (path !== "/reset")
        expect((await faults()).join("\n")).toMatch(
          /violation of script-src(?:-elem)?: https:\/\/example\.invalid/,
        );
      expect(await page.evaluate(() => Reflect.has(window, "ran"))).toBe(false);
    },
  );
});

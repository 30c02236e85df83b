import { afterEach, describe, expect, test } from "vitest";
import { desktop, noBrowser, phone, useBrowser, type WatchedPage } from "./browser.ts";

describe.skipIf(noBrowser)("/problems/{code} in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each([
    { name: "light", options: { ...desktop, colorScheme: "light" }, text: "rgb(0, 0, 0)" },
    { name: "dark", options: { ...desktop, colorScheme: "dark" }, text: "rgb(255, 255, 255)" },
    { name: "phone", options: { ...phone, colorScheme: "light" }, text: "rgb(0, 0, 0)" },
  ] as const)(
    "HD-04 HD-07 a problem page is readable and styled under its policy ($name)",
    async (look) => {
      watched = await newPage(look.options);
      const { page, origin, faults, consoleErrors, requested, shoot } = watched;
      const answer = await page.goto(`${origin}/problems/email-taken`);
      await shoot(`problem-${look.name}`);

      expect(answer?.status()).toBe(200);
      expect(await page.locator("h1").innerText()).toBe("The e-mail address is taken");
      const style = await page.locator("main").evaluate((main) => {
        const { color, maxWidth } = getComputedStyle(main);
        return { color, isStyled: maxWidth !== "none" };
      });
      expect(style).toEqual({ color: look.text, isStyled: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
        look.options.viewport.width,
      );
      expect(await faults()).toEqual([]);
      expect(requested).not.toContain(`${origin}/favicon.ico`);
      expect(consoleErrors).toEqual([]);
    },
  );
});

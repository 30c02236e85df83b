import { afterEach, describe, expect, test } from "vitest";
import { problem, problemCodes } from "../../src/contract/problems.ts";
import { faintTexts } from "../support/contrast.ts";
import { desktop, noBrowser, phone, useBrowser, type WatchedPage } from "../support/browser.ts";

describe.skipIf(noBrowser)("/problems/{code} in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each([
    { name: "light", options: { ...desktop, colorScheme: "light" }, text: "rgb(21, 24, 30)" },
    { name: "dark", options: { ...desktop, colorScheme: "dark" }, text: "rgb(233, 235, 240)" },
    { name: "phone", options: { ...phone, colorScheme: "light" }, text: "rgb(21, 24, 30)" },
  ] as const)(
    "HD-04 HD-07 a problem page is readable and styled under its policy ($name)",
    async (look) => {
      watched = await newPage(look.options);
      const { page, origin, faults, consoleErrors, requested, shoot } = watched;
      const answer = await page.goto(`${origin}/problems/email-taken`);
      await shoot(`problem-${look.name}`);

      expect(answer?.status()).toBe(200);
      expect(await page.locator("h1").innerText()).toBe("The e-mail address is taken");
      expect(await page.locator("h2").allInnerTexts()).toEqual([
        "What happened",
        "Why",
        "What to do",
      ]);
      const style = await page.locator("main").evaluate((main) => {
        const { color, display } = getComputedStyle(main);
        return { color, isStyled: display === "grid" };
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

  test.each([
    { name: "light", options: { ...desktop, colorScheme: "light" } },
    { name: "dark", options: { ...desktop, colorScheme: "dark" } },
    { name: "phone", options: { ...phone, colorScheme: "light" } },
  ] as const)(
    "a person finds a code from / and gets back, whatever the screen ($name)",
    async ({ name, options }) => {
      watched = await newPage(options);
      const { page, origin, faults, shoot } = watched;
      const isWhole = async () => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
          options.viewport.width,
        );
        expect(await faintTexts(page.locator("main"))).toEqual([]);
      };
      await page.goto(`${origin}/`);
      await isWhole();
      await shoot(`home-${name}`);
      await page.getByRole("link", { name: "Problems" }).click();
      await page.waitForURL(`${origin}/problems`); // and its style sheet, without which it is wider
      await isWhole();
      await shoot(`problems-${name}`);
      const lines = await page
        .locator("td code")
        .evaluateAll((codes) => codes.map((code) => code.getClientRects().length));
      expect(lines).toEqual(problemCodes.map(() => 1));
      await page.getByRole("link", { name: "origin_not_allowed" }).click();
      await page.waitForURL(`${origin}/problems/origin-not-allowed`);
      await isWhole();
      await page.getByRole("link", { name: "All problems" }).click();
      await page.getByRole("link", { name: "Portcullis" }).click();
      await page.waitForURL(`${origin}/`); // its style sheet too: to leave before would cut the request
      await page.goto(`${origin}/problems/email_taken`);
      expect(page.url()).toBe(`${origin}/problems/email-taken`);
      expect(await faults()).toEqual([]);
    },
  );

  test("HD-04 every problem's page fits a phone, and no part of it is empty", async () => {
    watched = await newPage(phone);
    const { page, origin, faults } = watched;
    for (const code of problemCodes) {
      await page.goto(`${origin}${problem(code).type}`);
      const paragraphs = await page.locator("h2 + p").allInnerTexts();
      expect(
        paragraphs.filter((text) => text.length > 20),
        code,
      ).toHaveLength(3);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), code).toBe(
        phone.viewport.width,
      );
    }
    expect(await faults()).toEqual([]);
  });
});

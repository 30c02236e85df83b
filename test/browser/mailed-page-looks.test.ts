import { expect, describe, test } from "vitest";
import { faintTexts } from "../support/contrast.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { openLink, press, said, unlimitedChallenges } from "../support/mailed-links.ts";

/** As wide as a name may be, without a place to break it. */
const SERVICE_NAME = "W".repeat(64);

const narrow = { width: 390, height: 844 };
const wide = { width: 1280, height: 900 };
const looks = [narrow, wide].flatMap((viewport) =>
  (["light", "dark"] as const).map((colorScheme) => ({
    name: `${viewport.width}-${colorScheme}`,
    viewport,
    colorScheme,
  })),
);

/** Each page as it opens and, where a press leads on without a session, as it ends. */
const pages = [
  { path: "/reset#token=x", title: "Choose a new password" },
  { path: "/confirm#token=x", title: "Create your account" },
  { path: "/email", title: "Your e-mail address" },
  { path: "/email#token=x", title: "Your e-mail address", end: pressing("Confirm the address") },
  { path: "/email#undo=x", title: "Your e-mail address", end: answering },
  { path: "/login/mail#token=x&code=12345678", title: "Sign in", end: pressing("Sign in") },
];

function pressing(name: string) {
  return (watched: WatchedPage) => press(watched, name);
}

async function answering(watched: WatchedPage): Promise<string> {
  await watched.page.getByLabel("Did you change the address?").selectOption({ index: 1 });
  return press(watched, "Send the answer");
}

describe.skipIf(noBrowser)("a page of a mailed link", () => {
  const newPage = useBrowser(() => ({ SERVICE_NAME, MAIL_LOGIN: "on", ...unlimitedChallenges }));

  test.each(looks)(
    "is whole and readable, and can be pressed with a finger ($name)",
    async (look) => {
      const watched = await newPage({ viewport: look.viewport, colorScheme: look.colorScheme });
      const { page, origin, shoot, faults } = watched;
      const isWell = async (where: string) => {
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, where).toBe(look.viewport.width);
        expect(await faintTexts(page.locator("body")), where).toEqual([]);
        for (const pressed of await page.locator("button, input, select").all())
          if (await pressed.isVisible())
            expect((await pressed.boundingBox())?.height, where).toBeGreaterThanOrEqual(42);
        await shoot(`mailed${where.replaceAll(/\W/g, "-")}-${look.name}`);
      };
      for (const { path, title, end } of pages) {
        await openLink(watched, `${origin}${path}`);
        expect(await page.title()).toBe(`${title} · ${SERVICE_NAME}`);
        expect(await page.locator("html").getAttribute("lang")).toBe("en");
        expect(await page.locator("h1:visible").count()).toBe(1);
        await isWell(path);
        if (end === undefined) continue;
        await end(watched);
        expect(await said(watched)).not.toBe("");
        await isWell(`${path} end`);
      }
      expect(await faults()).toEqual([]);
      await page.context().close();
    },
  );

  test("without scripts says so, and has nothing to press", async () => {
    const { page, origin } = await newPage({ javaScriptEnabled: false });
    for (const { path } of pages) {
      await page.goto(`${origin}${path}`);
      expect(await page.locator("noscript p").isVisible(), path).toBe(true);
      expect(await page.getByRole("button").count(), path).toBe(0);
    }
    await page.context().close();
  });
});

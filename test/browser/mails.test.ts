/** Mails as a mail reader with a browser's engine shows them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { mailKinds } from "../../src/contract/mails.ts";
import { exampleMessage } from "../../src/mails/templates.ts";
import { openMailTemplates } from "../../src/process/mail-templates.ts";
import { desktop, noBrowser, phone, useBrowser, type WatchedPage } from "../support/browser.ts";
import { runScript } from "../support/commands.ts";
import { faintTexts } from "../support/contrast.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const templates = openMailTemplates({ SERVICE_NAME: "Example Shop", MAIL_LOCALE: "en" });
const htmlOf = (kind: (typeof mailKinds)[number], locale: string) =>
  templates.write(exampleMessage(kind), { locale, languages: null }).html;

const screens: readonly (readonly [string, BrowserContextOptions])[] = (
  ["light", "dark"] as const
).flatMap((colorScheme) => [
  [`a phone, ${colorScheme}`, { ...phone, colorScheme }] as const,
  [`a wide screen, ${colorScheme}`, { ...desktop, colorScheme }] as const,
]);

describe.skipIf(noBrowser)("every mail in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "on %s fits, can be read, and loads nothing",
    async (name, options) => {
      watched = await newPage(options);
      const { page, requested, faults } = watched;
      const grounds = new Set<string>();
      for (const locale of templates.locales)
        for (const kind of mailKinds) {
          const mail = `${locale}/${kind} on ${name}`;
          await page.setContent(htmlOf(kind, locale));
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          );
          expect(overflow, mail).toBeLessThanOrEqual(0);
          expect(await faintTexts(page.locator("body")), mail).toEqual([]);
          grounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
          const button = page.locator("a.button");
          if ((await button.count()) > 0) {
            // WCAG 2.5.5: a target that a thumb hits.
            expect((await button.boundingBox())?.height, mail).toBeGreaterThanOrEqual(44);
          }
        }
      await watched.shoot(`mail ${name}`.replaceAll(/\W+/g, "-"));
      expect([...grounds]).toEqual([
        options.colorScheme === "dark" ? "rgb(15, 18, 22)" : "rgb(243, 244, 246)",
      ]);
      expect(requested).toEqual([]);
      expect(await faults()).toEqual([]);
    },
    120_000,
  );

  test("a reader that drops style sheets still shows columns, button and code, and the code is one selection", async () => {
    watched = await newPage(phone);
    const { page } = watched;
    const html = htmlOf("mail_login", "en").replace(/<style>[^]*<\/style>/, "");
    expect(html).not.toContain("@media");
    await page.setContent(html);
    const code = page.locator("p.code");
    expect(await code.innerText()).toBe("4930 2817");
    expect(await code.evaluate((element) => parseFloat(getComputedStyle(element).fontSize))).toBe(
      30,
    );
    expect(
      await page.locator("a.button").evaluate((element) => getComputedStyle(element).display),
    ).toBe("block");
    const box = await code.boundingBox();
    await page.mouse.click(
      (box?.x ?? 0) + (box?.width ?? 0) / 2,
      (box?.y ?? 0) + (box?.height ?? 0) / 2,
    );
    expect(await page.evaluate(() => String(window.getSelection()).trim())).toBe("4930 2817");
  });

  test("the page of npm run mails shows one language at a time, light or dark, as HTML or as text", async () => {
    watched = await newPage(desktop);
    const { page, requested } = watched;
    const file = join(temporaryFolder(), "mails.html");
    expect(await runScript("mails", [file], {})).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).not.toContain("http-equiv");
    const url = pathToFileURL(file).href;
    await page.goto(url);
    const shown = () => page.locator("section:visible").count();
    expect(await shown()).toBe(mailKinds.length);
    await page.getByLabel("en", { exact: true }).check();
    expect(await page.locator("section:visible h2").first().innerText()).toBe(
      "Choose a new password for Portcullis",
    );
    expect(await shown()).toBe(mailKinds.length);
    const frame = page.frameLocator("section:visible iframe >> nth=0");
    const ground = () =>
      frame.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
    await expect.poll(ground).toBe("rgb(243, 244, 246)");
    await page.getByLabel("dark").check();
    await expect.poll(ground).toBe("rgb(15, 18, 22)");
    await page.getByLabel("text").check();
    expect(await page.locator("section:visible pre").first().innerText()).toContain("#token=");
    expect(await page.locator("iframe:visible").count()).toBe(0);
    expect(requested).toEqual([url]);
  });
});

/** `/sign-in` with address and password: every outcome, by mouse and by keyboard, and what is left afterwards. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { handOn, heading, screens } from "../support/hands.ts";
import { nthMailTo, tokenIn } from "../support/mailbox.ts";
import { anAccount } from "../support/owners.ts";
import {
  expectAccessible,
  expectFocus,
  expectNothingLeft,
  expectSound,
  tabTo,
} from "../support/page-proofs.ts";
import { arriveAt, hasSession, openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-in by password", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open", MAIL_LOGIN: "on" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 a wrong password, then the right one, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      const { email, password } = await anAccount(watched.origin);
      const { type, press } = handOn(page, hand);
      await openPage(watched, "/sign-in?return_to=/problems");
      expect(await page.title()).toBe("Sign in · Portcullis");

      await press("Sign in");
      await page.getByText("Fill this in.").first().waitFor();
      await expectFocus(page.getByLabel("E-mail address"));

      await type("E-mail address", email);
      await type("Password", NEW_PASSWORD);
      await press("Sign in");
      await page.getByText("The address or the password is wrong.").waitFor();
      const field = page.getByLabel("Password", { exact: true });
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      await expectFocus(field);
      const described = (await field.getAttribute("aria-describedby")) ?? "";
      expect(await page.locator(`[id="${described}"]`).innerText()).toContain("wrong");
      expect(await hasSession(page)).toBe(false);

      await type("Password", password);
      await press("Sign in");
      await arriveAt(watched, "/problems");
      expect(watched.consoleErrors.length).toBeGreaterThan(0); // the 401, and nothing else
      await expectSound(watched);
    },
  );

  test("PG-04 without a place to go on to the account follows, and nothing of the password is left", async () => {
    watched = await newPage();
    const { page } = watched;
    const { email, password } = await anAccount(watched.origin);
    const { type, press } = handOn(page, "keyboard");
    await openPage(watched, "/sign-in");
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
    await arriveAt(watched, "/account");
    const proofs = (await page.context().cookies()).map(({ value }) => value);
    const [csrf] = (await page.evaluate(() => document.cookie)).split("=").slice(1);
    await expectNothingLeft(page, [password, ...proofs.filter((value) => value !== csrf)]);
    await page.goBack().catch(() => null);
    expect(page.url()).not.toContain("/sign-in"); // it was replaced
  });

  test("PG-02 every view is accessible", async () => {
    watched = await newPage();
    const { page } = watched;
    for (const view of ["", "?view=mail", "?view=code", "?view=forgotten", "?return_to=//evil"]) {
      await openPage(watched, `/sign-in${view}`);
      await expectAccessible(page);
    }
    await handOn(page, "mouse").press("Sign in");
    await page.getByText("Fill this in.").first().waitFor();
    await expectAccessible(page);
    await expectSound(watched);
  });

  test("PG-09 a screen reader meets heading, fields, ways and links in the order of the eye", async () => {
    watched = await newPage();
    const { page } = watched;
    await openPage(watched, "/sign-in");
    const names: string[] = [];
    for (let presses = 0; presses < 9; presses += 1) {
      await page.keyboard.press("Tab");
      names.push(
        await page.evaluate(() => {
          const element = document.activeElement;
          if (element instanceof HTMLInputElement) return element.labels?.[0]?.textContent ?? "";
          return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
        }),
      );
    }
    expect(names).toEqual([
      "Portcullis",
      "E-mail address",
      "Password",
      "Show the password",
      "Forgotten your password?",
      "Sign in",
      "Use a passkey",
      "Send me a code by e-mail",
      "Create an account",
    ]);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.getByRole("main").count()).toBe(1);
  });

  test("PG-03 a forgotten password is asked for with one answer for everybody", async () => {
    watched = await newPage();
    const { page, outbox } = watched;
    const { email } = await anAccount(watched.origin);
    const { type, press, follow } = handOn(page, "keyboard");
    const says = [];
    for (const address of [email, "nobody@example.org"]) {
      await openPage(watched, "/sign-in");
      await follow("Forgotten your password?");
      await heading(page, "Choose a new password");
      await type("E-mail address", address);
      await press("Send the link");
      await heading(page, "Check your e-mail");
      says.push((await page.getByRole("main").innerText()).replaceAll(address, "{email}"));
    }
    expect(says[0]).toBe(says[1]);
    expect(tokenIn(await nthMailTo(outbox, email))).not.toBe("");
    await expectAccessible(page);
    await expectSound(watched);
  });

  test("PG-09 somebody who reads German is told in German", async () => {
    watched = await newPage({ locale: "de-AT" });
    const { page } = watched;
    await openPage(watched, "/sign-in");
    await heading(page, "Anmelden");
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
    await page.getByRole("button", { name: "Anmelden", exact: true }).click();
    await page.getByText("Bitte ausfüllen.").first().waitFor();
    await tabTo(page, page.getByRole("link", { name: "Konto erstellen" }));
    await expectAccessible(page);
    await expectSound(watched);
  });
});

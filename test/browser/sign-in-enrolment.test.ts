/** `/sign-in` where the service asks everybody for a second factor: whoever has none is led through adding one. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { handOn, heading, screens } from "../support/hands.ts";
import { anAccount } from "../support/owners.ts";
import { expectAccessible, expectNothingLeft, expectSound } from "../support/page-proofs.ts";
import { appOf } from "../support/second-factors.ts";
import { arriveAt, openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-in with SECOND_FACTOR=required", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open", SECOND_FACTOR: "required" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  async function signIn(hand: "mouse" | "keyboard") {
    const { email, password } = await anAccount(watched.origin);
    const { type, press } = handOn(watched.page, hand);
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
    await heading(watched.page, "Set up a second step");
  }

  test.each(screens)(
    "MF-15 an app is added, its codes are kept, and then it goes on, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      await signIn(hand);
      const { type, press } = handOn(page, hand);
      await press("Use an authenticator app");
      await heading(page, "Use an authenticator app");
      await page.getByRole("img").first().waitFor();
      const secret = (await page.locator("code.spelt").innerText()).replaceAll(" ", "");
      const app = appOf(secret);
      await type("Code", app.wrongAt(Date.now()));
      await press("Confirm the code");
      await page.getByText(/^This code was not taken/).waitFor();
      await type("Code", app.codeAt(Date.now()));
      await press("Confirm the code");
      const codes = page.locator(".codes li");
      await codes.first().waitFor();
      expect(await codes.count()).toBe(10);
      const shown = await codes.allInnerTexts();
      const kept = page.getByRole("checkbox");
      await kept.focus();
      await page.keyboard.press("Space");
      expect(await kept.isChecked()).toBe(true);
      await page.locator("main form").evaluate((form: HTMLFormElement) => form.requestSubmit());
      await arriveAt(watched, "/problems");
      await expectNothingLeft(page, [secret, ...shown]);
      await expectSound(watched);
    },
  );

  test("PG-02 each of its views is accessible", async () => {
    watched = await newPage();
    const { page } = watched;
    await signIn("mouse");
    await expectAccessible(page);
    const { type, press } = handOn(page, "mouse");
    await press("Use an authenticator app");
    await heading(page, "Use an authenticator app");
    await expectAccessible(page);
    const secret = (await page.locator("code.spelt").innerText()).replaceAll(" ", "");
    await type("Code", appOf(secret).codeAt(Date.now()));
    await press("Confirm the code");
    await page.locator(".codes li").first().waitFor();
    await expectAccessible(page);
  });

  test("MF-15 a reload in between leads back to it", async () => {
    watched = await newPage();
    const { page } = watched;
    await signIn("mouse");
    await page.reload();
    await heading(page, "You are signed in");
    await handOn(page, "mouse").press("Go on");
    await heading(page, "Set up a second step");
  });
});

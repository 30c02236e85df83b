/** `/sign-in` for accounts with a second factor: each proof, its refusals, its end, and what a reload makes of it. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { handOn, heading, narrow, screens } from "../support/hands.ts";
import { anAccount } from "../support/owners.ts";
import {
  expectAccessible,
  expectFocus,
  expectNothingLeft,
  expectSound,
} from "../support/page-proofs.ts";
import { addTotpOver } from "../support/second-factors.ts";
import { arriveAt, hasSession, openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-in with a second step", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  async function anAccountWithApp() {
    const { email, password, api } = await anAccount(watched.origin);
    return { email, password, ...(await addTotpOver(api)) };
  }

  async function takeFirstStep(
    { email, password }: { email: string; password: string },
    hand: "mouse" | "keyboard" = "mouse",
    path = "/sign-in?return_to=/problems",
  ) {
    const { type, press } = handOn(watched.page, hand);
    await openPage(watched, path);
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
    await heading(watched.page, "One more step");
    await watched.page.getByRole("main").getByText(email, { exact: true }).waitFor();
    expect(await hasSession(watched.page)).toBe(false);
  }

  test.each(screens)(
    "PG-03 a wrong code of the app, then the right one, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      const account = await anAccountWithApp();
      const { type, press } = handOn(page, hand);
      await takeFirstStep(account, hand);
      await expectFocus(page.locator("input[autocomplete=one-time-code]"));
      await type("Code", account.app.wrongAt(Date.now()));
      await press("Sign in");
      await page.getByText(/^This code was not taken/).waitFor();
      expect(await page.getByLabel("Code").getAttribute("aria-invalid")).toBe("true");
      expect(await hasSession(page)).toBe(false);
      await type("Code", account.app.codeAt(Date.now()));
      await press("Sign in");
      await arriveAt(watched, "/problems");
      await expectSound(watched);
    },
  );

  test("PG-03 whoever has lost the app uses a recovery code, and is led to where it is replaced", async () => {
    watched = await newPage(narrow);
    const { page } = watched;
    const account = await anAccountWithApp();
    const { type, press } = handOn(page, "keyboard");
    await takeFirstStep(account, "keyboard");
    await expectAccessible(page);
    await press("Lost your device? Use a recovery code");
    const [code = ""] = account.recoveryCodes;
    await type("Recovery code", code.toLowerCase().replaceAll("-", " "));
    const hidden = await page
      .getByLabel("Recovery code")
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(hidden).toBe(0);
    await press("Sign in");
    await heading(page, "You are signed in");
    expect(await hasSession(page)).toBe(true);
    await page.getByText(/You used a recovery code, and it is spent/).waitFor();
    expect(await page.getByRole("button", { name: "Go on", exact: true }).count()).toBe(1);
    await expectAccessible(page);
    await expectNothingLeft(page, [code, account.password]);
    await press("Replace what I have lost");
    await arriveAt(watched, "/account/security");
    await expectSound(watched);
  });

  test("PG-03 whoever has lost everything is told who can help", async () => {
    watched = await newPage();
    const { page } = watched;
    await takeFirstStep(await anAccountWithApp());
    await page.getByText("I have lost all of these").click();
    await page.getByText(/only the people who run Portcullis can let you in/).waitFor();
  });

  test("PG-07 a sign-in that took too long begins again, with a word, and keeps where it was going", async () => {
    watched = await newPage();
    const { page } = watched;
    const account = await anAccountWithApp();
    await page.clock.install();
    await takeFirstStep(account);
    await page.clock.fastForward("06:00");
    await heading(page, "Sign in");
    await page.getByText(/was not finished in time/).waitFor();
    expect(new URL(page.url()).searchParams.get("return_to")).toContain("/problems");
    await expectAccessible(page);
    expect(await hasSession(page)).toBe(false);
  });

  test("PG-07 a sign-in that the server has ended begins again, with a word", async () => {
    watched = await newPage();
    const { page } = watched;
    const account = await anAccountWithApp();
    await takeFirstStep(account);
    const { type, press } = handOn(page, "mouse");
    for (let tries = 0; tries < 6; tries += 1) {
      if ((await page.getByLabel("Code", { exact: true }).count()) === 0) break;
      await type("Code", account.app.wrongAt(Date.now()));
      const answered = page.waitForResponse(/\/login\/finish$/);
      await press("Sign in");
      await answered;
      await page.waitForTimeout(100);
    }
    await heading(page, "Sign in");
    await page.getByText(/was tried too often/).waitFor();
    await expectSound(watched);
  });

  test("PG-07 after a reload and after Back nobody is in between: the first step is there", async () => {
    watched = await newPage();
    const { page } = watched;
    const account = await anAccountWithApp();
    await takeFirstStep(account);
    await page.reload();
    await heading(page, "Sign in");
    await page.getByText(/Reloading the page ended your sign-in/).waitFor();

    await takeFirstStep(account);
    await page.goBack();
    await heading(page, "Sign in");
    expect(await page.getByLabel("E-mail address").inputValue()).toBe(account.email);
    expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe("");
    await page.goForward();
    await heading(page, "One more step");
    await handOn(page, "mouse").type("Code", account.app.codeAt(Date.now()));
    await handOn(page, "mouse").press("Sign in");
    await arriveAt(watched, "/problems");
    await expectSound(watched);
  });
});

/** `/sign-up` where an address is proved first: by code here, by link elsewhere, and with one answer for everybody. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { handOn, heading, screens } from "../support/hands.ts";
import { codeIn, nthMailTo } from "../support/mailbox.ts";
import {
  expectAccessible,
  expectFocus,
  expectNothingLeft,
  expectSound,
} from "../support/page-proofs.ts";
import { arriveAt, hasSession, openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-up with SIGNUP=verified", () => {
  const newPage = useBrowser(() => ({
    SIGNUP: "verified",
    PRIVACY_URL: "https://example.com/privacy",
    TERMS_URL: "https://example.com/terms",
  }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 the code of the mail makes the account and signs in, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, outbox } = watched;
      const email = freshEmail();
      const { type, press } = handOn(page, hand);
      await openPage(watched, "/sign-up?return_to=/problems");
      await page.getByText(/^15 to 256 characters/).waitFor();
      await expect
        .poll(() => page.getByRole("link", { name: "terms of use" }).getAttribute("href"))
        .toBe("https://example.com/terms");
      await type("E-mail address", email);
      await type("Password", "password");
      await page.getByText("7 more characters").waitFor();
      await press("Create an account");
      await page.getByText("It must have at least 15 characters.").waitFor();
      await type("Password", PASSWORD);
      await page.getByText(/^Long/).waitFor();
      await press("Create an account");
      await heading(page, "Check your e-mail");
      await type("Code from the e-mail", "1234 5678");
      await press("Create an account");
      await page.getByText(/^This code was not taken/).waitFor();
      const code = codeIn(await nthMailTo(outbox, email));
      await type("Code from the e-mail", code);
      await press("Create an account");
      await arriveAt(watched, "/problems");
      await expectNothingLeft(page, [code, PASSWORD]);
      await expectSound(watched);
    },
  );

  test("EM-02 a taken address is told what a free one is told", async () => {
    watched = await newPage();
    const { page } = watched;
    const says = [];
    for (const email of [freshEmail(), ADMIN.email]) {
      const { type, press } = handOn(page, "mouse");
      await openPage(watched, "/sign-up");
      await type("E-mail address", email);
      await type("Password", PASSWORD);
      await press("Create an account");
      await heading(page, "Check your e-mail");
      const text = await page.getByRole("main").innerText();
      says.push(text.replaceAll(email, "{email}").replaceAll(/\d+ second/g, "{n} second"));
    }
    expect(says[0]).toBe(says[1]);
    await expectAccessible(page);
    await expectSound(watched);
  });

  test("PG-07 a reload forgets the password, and leads to the link of the mail", async () => {
    watched = await newPage();
    const { page } = watched;
    const { type, press, follow } = handOn(page, "mouse");
    await openPage(watched, "/sign-up");
    await type("E-mail address", freshEmail());
    await type("Password", PASSWORD);
    await press("Create an account");
    await heading(page, "Check your e-mail");
    await page.reload();
    await page.getByText(/The link of the mail is still good/).waitFor();
    await expectAccessible(page);
    await follow("Start over");
    await heading(page, "Create an account");
    expect(await hasSession(page)).toBe(false);
    await expectSound(watched);
  });

  test("PG-02 the form is accessible, with its errors too", async () => {
    watched = await newPage();
    const { page } = watched;
    await openPage(watched, "/sign-up");
    await expectAccessible(page);
    const { type, press } = handOn(page, "keyboard");
    await type("E-mail address", "nobody");
    await type("Password", "abc");
    await press("Create an account");
    await page.getByText(/This is not an e-mail address/).waitFor();
    await page.getByText("It must have at least 15 characters.").waitFor();
    expect(await page.locator("[aria-invalid=true]").count()).toBe(2);
    await expectFocus(page.getByLabel("E-mail address"));
    await expectAccessible(page);
  });
});

describe.skipIf(noBrowser)("/sign-up with SIGNUP=closed", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "closed" }));

  test("PG-03 says that nobody can, and leads to sign-in, which offers no new account", async () => {
    const watched = await newPage();
    const { page } = watched;
    await openPage(watched, "/sign-up?return_to=/problems");
    await page.getByText(/Ask the people who run it for an invitation/).waitFor();
    expect(await page.locator("form").count()).toBe(0);
    await expectAccessible(page);
    await handOn(page, "keyboard").follow("Sign in");
    await heading(page, "Sign in");
    expect(await page.getByRole("link", { name: "Create an account" }).count()).toBe(0);
    await expectSound(watched);
    await page.context().close();
  });
});

/** `/account`: name, language and address. */
import { afterEach, describe, expect, test } from "vitest";
import { openAccount } from "../support/account-pages.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { dataOf, freshEmail } from "../support/clients.ts";
import { handOn, heading, says, screens } from "../support/hands.ts";
import { codeIn, nthMailTo, tokenIn } from "../support/mailbox.ts";
import { runSql } from "../support/passkey-pages.ts";
import { expectNothingLeft, expectSound, expectAccessible } from "../support/page-proofs.ts";

describe.skipIf(noBrowser)("/account", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 name and language are saved, and are there after a reload, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      await openAccount(watched);
      const { type, press } = handOn(page, hand);
      await type("Name", "Ada L.");
      await page.getByLabel("Language of mails").selectOption("de");
      await press("Save");
      await says(page, "Saved.");
      await page.reload();
      const name = page.getByLabel("Name", { exact: true });
      await name.waitFor();
      expect(await name.inputValue()).toBe("Ada L.");
      await expect.poll(() => page.getByLabel("Language of mails").inputValue()).toBe("de");
      await expectSound(watched);
    },
  );

  test.each(screens)(
    "EM-07 the address changes by the code of the new one, which is asked for here, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, outbox } = watched;
      const owner = await openAccount(watched);
      const { type, press, follow } = handOn(page, hand);
      const newEmail = freshEmail();
      await press("Change the e-mail address");
      await type("New e-mail address", newEmail);
      await press("Send the code");
      await says(page, `A mail is on its way to ${newEmail}`);
      const code = codeIn(await nthMailTo(outbox, newEmail));
      // It waits while somebody looks at another section.
      await follow("History");
      await page.getByRole("heading", { level: 1, name: "History" }).waitFor();
      await follow("You");
      await type("Code from the e-mail", code === "0000 0000" ? "1111 1111" : "0000 0000");
      await press("Change the address");
      await says(page, /^This code was not taken/);
      await type("Code from the e-mail", code);
      await press("Change the address");
      await says(page, `Your address is ${newEmail} now.`);
      expect((await owner.api.getMe()).status).toBe(401); // its other session has ended
      await expectNothingLeft(page, [code, newEmail]);
      await expectSound(watched);
    },
  );

  test.each(screens)(
    "PG-03 whoever has just signed up is told so, sees whose account it is, and is led on, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, databaseFile } = watched;
      const { email } = await openAccount(watched);
      await says(page, "Your account is ready.");
      const shown = page.locator(".bar .address:visible, .whose:visible");
      expect(await shown.allInnerTexts()).toEqual([email]);
      await handOn(page, hand).follow("Make it safer: add a passkey or a second step");
      await heading(page, "Security");
      runSql(
        databaseFile,
        "update users set created_at = created_at - 301000 where email = ?",
        email,
      );
      await page.goto(`${watched.origin}/account`);
      await says(page, "Your account was created on");
      expect(await page.getByText("Your account is ready.").count()).toBe(0);
      await expectSound(watched);
    },
  );

  test("EM-05 the mail's link in another tab ends the wait in this one", async () => {
    watched = await newPage();
    const { page, origin, outbox } = watched;
    const { email } = await openAccount(watched);
    const { press } = handOn(page, "mouse");
    await press("Confirm the address");
    await says(page, `A mail is on its way to ${email}`);
    await expectAccessible(page);
    const token = tokenIn(await nthMailTo(outbox, email));
    const other = await page.context().newPage();
    await other.goto(`${origin}/email#token=${token}`);
    await other.getByRole("button").last().click();
    await other.getByText(/is confirmed/).waitFor();
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await page.waitForTimeout(5_100); // the pause between two questions
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    await says(page, `The address ${email} is confirmed.`);
    expect(await page.getByText(/A mail is on its way/).count()).toBe(0);
  });

  test("a taken address is answered as a free one (EM-10), and nothing changes", async () => {
    watched = await newPage();
    const { page } = watched;
    const other = await openAccount(watched);
    await page.context().clearCookies();
    await openAccount(watched);
    const { type, press } = handOn(page, "mouse");
    await press("Change the e-mail address");
    await type("New e-mail address", other.email);
    await press("Send the code");
    await says(page, `A mail is on its way to ${other.email}`);
    expect(dataOf(await other.api.getMe()).email).toBe(other.email);
  });

  test("PG-02 the section is accessible, its dialog and its errors too", async () => {
    watched = await newPage();
    const { page } = watched;
    await openAccount(watched);
    await expectAccessible(page);
    const { type, press } = handOn(page, "mouse");
    await press("Change the e-mail address");
    await type("New e-mail address", "nobody");
    await press("Send the code");
    await page.locator("[aria-invalid=true]").waitFor();
    await expectAccessible(page);
  });
});

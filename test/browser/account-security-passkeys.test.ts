/** `/account/security`: passkeys, and the proof that is asked for before what could take the account over. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { dialog, handOn, keepCodes, screens } from "../support/hands.ts";
import { expectAccessible, expectNothingLeft, expectSound } from "../support/page-proofs.ts";
import { runSql } from "../support/passkey-pages.ts";
import { countOf, growOld, openAgain, openSecurity } from "../support/security-pages.ts";
import { addAuthenticator } from "../support/virtual-authenticator.ts";

describe.skipIf(noBrowser)("/account/security with passkeys", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open", MAIL_LOGIN: "off" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 a passkey is added by one press, renamed and removed, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, databaseFile } = watched;
      const authenticator = await addAuthenticator(page);
      const { email, api } = await openSecurity(watched);
      const { press, type } = handOn(page, hand);
      await press("Add a passkey");
      const codes = await keepCodes(page, hand);
      expect(codes).toHaveLength(10);
      expect(countOf(watched, "passkeys", email)).toBe(1);
      expect(await authenticator.signCounts()).toHaveLength(1);
      expect((await api.getMe()).ok).toBe(false);
      await page.getByText("1 of at most 20").waitFor();
      await page.getByText(/^Added .+ · never used$/).waitFor();

      const before = nameOf(databaseFile, email);
      await press(`Rename ${before}`);
      await type("Name", "Blue key");
      await press("Save");
      await page.getByText("Blue key", { exact: true }).first().waitFor();
      expect(nameOf(databaseFile, email)).toBe("Blue key");
      await expectAccessible(page);

      await press("Remove Blue key");
      await page.getByText(/your recovery codes become worthless/).waitFor();
      await press("Cancel");
      expect(countOf(watched, "passkeys", email)).toBe(1);
      await press("Remove Blue key");
      await press("Remove");
      await page.getByText("Passkey removed: Blue key").waitFor();
      expect(countOf(watched, "passkeys", email)).toBe(0);
      await page.getByText("You have none yet.").waitFor();
      await expectNothingLeft(page, codes);
      await expectSound(watched);
    },
  );

  test("PG-07 a passkey that the person gives up is no fault, and the button works again", async () => {
    watched = await newPage();
    const { page } = watched;
    const authenticator = await addAuthenticator(page);
    await authenticator.setVerified(false);
    const { email } = await openSecurity(watched);
    const { press } = handOn(page, "mouse");
    await press("Add a passkey");
    await page.getByText(/^No passkey was used/).waitFor();
    expect(countOf(watched, "passkeys", email)).toBe(0);
    await authenticator.setVerified(true);
    await press("Add a passkey");
    await keepCodes(page, "mouse");
    expect(countOf(watched, "passkeys", email)).toBe(1);
  });

  test("PG-03 a device that has a passkey is told so, until something else is done", async () => {
    watched = await newPage();
    const { page, databaseFile } = watched;
    await addAuthenticator(page);
    const { email } = await openSecurity(watched);
    const { press, type } = handOn(page, "mouse");
    await press("Add a passkey");
    await keepCodes(page, "mouse");
    expect(nameOf(databaseFile, email)).toBe("Chrome on Linux");
    const refusal = page.getByText("This device has a passkey of your account already.");
    await press("Add a passkey");
    await refusal.waitFor();
    await press("Rename Chrome on Linux");
    await type("Name", "Blue key");
    await press("Save");
    await page.getByText("Blue key", { exact: true }).first().waitFor();
    await refusal.waitFor({ state: "detached" });
  });

  test("PG-03 the last way to sign in has no button that removes it, and says why", async () => {
    watched = await newPage();
    const { page, databaseFile } = watched;
    await addAuthenticator(page);
    const { email } = await openSecurity(watched);
    const { press, type } = handOn(page, "mouse");
    await press("Add a passkey");
    await keepCodes(page, "mouse");
    runSql(databaseFile, "update users set password_hash = null where email = ?", email);
    await openAgain(watched);
    await page.getByText(/^The only way to sign in to your account/).waitFor();
    expect(await page.getByRole("button", { name: /^Remove/ }).count()).toBe(0);
    await expectAccessible(page);

    await press("Set the password");
    expect(await page.getByLabel("Current password").count()).toBe(0);
    await type("New password", NEW_PASSWORD);
    await press("Set a password");
    await page.getByText(/^Your password is set/).waitFor();
    const [row] = runSql(databaseFile, "select password_hash from users where email = ?", email);
    expect(row?.["password_hash"]).toMatch(/^\$(argon2id|pc1)\$/);
    await page.getByRole("button", { name: /^Remove/ }).waitFor();
  });

  test.each(screens)(
    "PG-03 a proof is asked for once it is long ago: nothing is done before it, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      const { email, password } = await openSecurity(watched);
      const { press, type } = handOn(page, hand);
      growOld(watched, email);
      await press("Set up the authenticator app");
      const proof = dialog(page, "Is it you?");
      await proof.waitFor();
      expect(await page.locator(".spelt").count()).toBe(0);
      if (hand === "mouse") await expectAccessible(page);
      await type("Password", "wrong wrong wrong wrong");
      await press("Confirm");
      await page.getByText("This is not your password.").waitFor();
      expect(await page.locator(".spelt").count()).toBe(0);
      await page.keyboard.press("Escape");
      await proof.waitFor({ state: "detached" });
      expect(await page.locator("dialog").count()).toBe(0);

      await press("Set up the authenticator app");
      await proof.waitFor();
      await type("Password", password);
      await press("Confirm");
      await page.locator(".spelt").waitFor();
      expect(await page.locator("dialog").count()).toBe(1);
      await expectNothingLeft(page, [password]);
      await expectSound(watched);
    },
  );

  test("PG-03 a passkey is removed only after the proof by a passkey", async () => {
    watched = await newPage();
    const { page } = watched;
    await addAuthenticator(page);
    const { email } = await openSecurity(watched);
    const { press } = handOn(page, "keyboard");
    await press("Add a passkey");
    await keepCodes(page, "keyboard");
    growOld(watched, email);
    const remove = page.getByRole("button", { name: /^Remove/ });
    await remove.click();
    await press("Remove");
    await dialog(page, "Is it you?").waitFor();
    await press("Cancel");
    expect(countOf(watched, "passkeys", email)).toBe(1);
    await remove.click();
    await press("Remove");
    await dialog(page, "Is it you?").waitFor();
    await press("Use the passkey");
    await page.getByText(/^Passkey removed/).waitFor();
    expect(countOf(watched, "passkeys", email)).toBe(0);
    await expectSound(watched);
  });
});

function nameOf(databaseFile: string, email: string): string {
  const [row] = runSql(
    databaseFile,
    "select passkeys.name from passkeys join users on users.id = user_id where email = ?",
    email,
  );
  return String(row?.["name"]);
}

/** The journey that is to be found without help: a passkey, a lost phone, a recovery code, and the old session's end. */
import { afterEach, describe, expect, test } from "vitest";
import { openAccount } from "../support/account-pages.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { handOn, heading, keepCodes, says, screens } from "../support/hands.ts";
import { type AccountOwner, anAccount } from "../support/owners.ts";
import { expectSound, expectAccessible } from "../support/page-proofs.ts";
import { addTotpOver, appOf } from "../support/second-factors.ts";
import { addAuthenticator } from "../support/virtual-authenticator.ts";

describe.skipIf(noBrowser)("passkeys, and coming back without one", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 PK-16 a lost phone is got over with a recovery code, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, origin } = watched;
      const phone = await addAuthenticator(page);
      const owner = await openAccount(watched, "/account/security");
      const { type, press, follow } = handOn(page, hand);
      await press("Add a passkey");
      const [code = ""] = await keepCodes(page, hand);
      await press("Rename Chrome on Linux");
      await type("Name", "Lost phone");
      await press("Save");
      await says(page, "Lost phone");

      // The phone is gone, and its session lives on. Somebody comes back in another browser.
      await phone.remove();
      const lost = await page.context().cookies();
      await page.context().clearCookies();
      await comeBack(watched, owner, code);
      await page.goto(`${origin}/account`);
      await says(page, "You came back with a recovery code");
      await addAuthenticator(page);
      await follow("End the sessions of the lost device");
      await heading(page, "Sessions");
      await press("End all others");
      await press("End all others");
      await says(page, "All other sessions are ended.");
      await says(page, "You are signed in nowhere else.");
      expect(await isAlive(origin, lost)).toBe(false);

      await follow("Security");
      await press("Add a passkey");
      await says(page, "2 of at most 20");
      await press("Remove Lost phone");
      await press("Remove");
      await says(page, "1 of at most 20");
      await page.reload();
      await says(page, "1 of at most 20");
      expect(await page.getByText("You came back with a recovery code").count()).toBe(0);
      await expectSound(watched);
    },
  );

  test("PG-02 the section is accessible with passkeys, codes and the notice", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    await addAuthenticator(page);
    const owner = await openAccount(watched, "/account/security");
    const { press } = handOn(page, "mouse");
    await press("Add a passkey");
    await page.getByRole("dialog", { name: "Keep your recovery codes" }).waitFor();
    await expectAccessible(page);
    const [code = ""] = await keepCodes(page, "mouse");
    await page.context().clearCookies();
    await comeBack(watched, owner, code);
    await page.goto(`${origin}/account/security`);
    await says(page, "You came back with a recovery code");
    await expectAccessible(page);
    await press("Remove Chrome on Linux");
    await expectAccessible(page);
  });

  test("an app that is set up after the recovery code is not asked to be replaced", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    await addAuthenticator(page);
    const owner = await openAccount(watched, "/account/security");
    const { press, type } = handOn(page, "mouse");
    await press("Add a passkey");
    const [code = ""] = await keepCodes(page, "mouse");
    await page.context().clearCookies();
    await comeBack(watched, owner, code);
    await page.goto(`${origin}/account/security`);
    await says(page, "You came back with a recovery code");
    await press("Set up the authenticator app");
    const secret = (await page.locator("dialog .spelt").innerText()).replaceAll(" ", "");
    await type("Code from the app", appOf(secret).codeAt(Date.now()));
    await press("Turn on");
    await says(page, /^The authenticator app is on/);
    await says(page, "You came back with a recovery code");
    expect(await page.getByRole("link", { name: "Replace the authenticator app" }).count()).toBe(0);
  });

  test("PG-03 a lost phone's app and passkey are each a link away, and the link leads to where they go", async () => {
    watched = await newPage(screens[0][1]);
    const { page, origin } = watched;
    await addAuthenticator(page);
    const owner = await anAccount(origin);
    const { recoveryCodes } = await addTotpOver(owner.api);
    const [first = "", second = ""] = recoveryCodes;
    await comeBack(watched, owner, first);
    await page.goto(`${origin}/account/security`);
    const { press, follow } = handOn(page, "keyboard");
    await press("Add a passkey");
    await says(page, "1 of at most 20");
    // The app is older than the visit, and stays to be replaced.
    await says(page, "Replace the authenticator app");
    await page.context().clearCookies();
    await comeBack(watched, owner, second);
    await page.goto(`${origin}/account`);
    const focused = () => page.locator(":focus").innerText();
    await follow("Replace the authenticator app");
    await heading(page, "Security");
    await expect.poll(focused).toMatch(/^Replace/);
    await expect.poll(() => page.locator(".row:has(:focus)").innerText()).toContain("Since");
    expect(await page.locator(":focus").evaluate(isSeen)).toBe(true);
    await follow("Remove the passkey of the lost device: it signs in without a second step");
    await expect.poll(focused).toBe("Passkeys");
    expect(await page.locator(":focus").evaluate(isSeen)).toBe(true);
    await expectSound(watched);
  });

  /** Signs this browser in with a recovery code, by the operations alone: `/sign-in` has tests of its own. */
  async function comeBack({ page, origin }: WatchedPage, owner: AccountOwner, code: string) {
    await page.goto(`${origin}/reset`);
    const status = await page.evaluate(
      async ({ email, password, recovery }) => {
        const post = async (path: string, body: object) => {
          const answer = await fetch(path, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          });
          return { status: answer.status, body: (await answer.json()) as { loginToken: string } };
        };
        const { loginToken } = (await post("/login", { email, password })).body;
        return (
          await post("/login/finish", { loginToken, method: "recovery_code", code: recovery })
        ).status;
      },
      { email: owner.email, password: owner.password, recovery: code },
    );
    expect(status).toBe(200);
  }
});

/** True where an element is neither beyond the window nor beneath the bar. */
function isSeen(element: Element): boolean {
  const { left, top, bottom } = element.getBoundingClientRect();
  return bottom <= innerHeight && element.contains(document.elementFromPoint(left + 5, top + 5));
}

async function isAlive(
  origin: string,
  cookies: readonly { readonly name: string; readonly value: string }[],
): Promise<boolean> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  return (await fetch(`${origin}/me`, { headers: { cookie } })).ok;
}

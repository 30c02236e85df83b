import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { adminClient, dataOf } from "../support/clients.ts";
import {
  attack,
  consoleSettings,
  forgetProofs,
  open,
  signInto,
  somebody,
} from "../support/console.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { heading, narrow } from "../support/hands.ts";
import { pressOn, typeInto } from "../support/page-proofs.ts";
import { runSql } from "../support/passkey-pages.ts";
import { addPasskeyOver, addTotpOver, passkeySettings } from "../support/second-factors.ts";

let watched: WatchedPage;

const settings = { ...consoleSettings, ...passkeySettings, LOCKOUT_THRESHOLD: "3" };
const dialog = () => watched.page.getByRole("dialog");
/** The sentence is there, has the focus, and is seen: nothing lies over it. */
async function told(text: string) {
  const status = watched.page.getByRole("status").filter({ hasText: text });
  await status.waitFor();
  const isSeen = () =>
    status.evaluate((element) => {
      const { x, y, height } = element.getBoundingClientRect();
      const [top, bottom] = [y + 4, y + height - 4].map((at) =>
        document.elementFromPoint(x + 9, at),
      );
      return [
        element === document.activeElement,
        ...[top, bottom].map((at) => element.contains(at ?? null)),
      ];
    });
  await expect.poll(isSeen).toEqual([true, true, true]);
}

function stored(id: string) {
  const [row] = runSql(watched.databaseFile, "SELECT role, disabled FROM users WHERE id = ?", id);
  return row && { role: row["role"], disabled: Boolean(row["disabled"]) };
}

describe.skipIf(noBrowser)("one account in the console", () => {
  const newPage = useBrowser(() => settings);
  beforeEach(async () => {
    watched = await newPage();
    await signInto(watched);
  });
  afterEach(() => watched.page.context().close());

  test("a question names the person before the account is deleted, and no answer deletes nothing", async () => {
    const { page, origin } = watched;
    const { id, email } = await somebody(origin);
    await open(watched, "/admin/users", "Users");
    await page.getByLabel("Search by address or name").fill(email);
    await page.getByRole("link", { name: email }).click();
    await page.getByRole("button", { name: `Delete ${email}` }).click();
    await page.getByRole("dialog", { name: `Delete ${email}?` }).waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    expect(stored(id)).toEqual({ role: "user", disabled: false });
    await page.getByRole("button", { name: `Delete ${email}` }).click();
    await dialog().getByRole("button", { name: "Delete for good" }).click();
    await heading(page, "Users");
    await page.getByText(`${email} is deleted.`).waitFor();
    await page.getByRole("link", { name: ADMIN.email, exact: true }).waitFor(); // without the search
    expect(stored(id)).toBeUndefined();
    await page.goBack();
    await heading(page, "There is no such account");
  });

  test("a change of the role asks for a recent proof, and is not made without", async () => {
    const { page, origin, databaseFile } = watched;
    const { id, email } = await somebody(origin);
    forgetProofs(databaseFile);
    await open(watched, `/admin/users/${id}`, email);
    const give = () => page.getByRole("button", { name: `Make administrator ${email}` });
    await give().click();
    await dialog().getByText("This address is not confirmed").waitFor();
    await dialog().getByRole("button", { name: "Make administrator" }).click();
    await page.locator("dialog input[type=password]").waitFor();
    await page.keyboard.press("Escape");
    expect(stored(id)).toEqual({ role: "user", disabled: false });
    await give().click();
    await dialog().getByRole("button", { name: "Make administrator" }).click();
    await page.locator("dialog input[type=password]").fill(ADMIN.password);
    await page.keyboard.press("Enter");
    await told(`${email} is an administrator.`);
    expect(stored(id)).toEqual({ role: "admin", disabled: false });
    await page.getByRole("button", { name: `Take rights away ${email}` }).click();
    await dialog().getByRole("button", { name: "Take rights away" }).click();
    await told(`${email} is no administrator any more.`);
  });

  test("one's own account has no button that would lock one out, and says why", async () => {
    const { page, origin } = watched;
    const admin = await adminClient(origin);
    const me = dataOf(await admin.getMe());
    await open(watched, `/admin/users/${me.id}`, ADMIN.email);
    await page.getByText("This is you.").waitFor();
    for (const name of [/^Disable/, /^Delete/, /^Take rights away/, /^Reset second factors/])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
  });

  test("sessions that ended elsewhere, and one that is ended here, are gone from the list", async () => {
    const { page, origin } = watched;
    const { id, email, api } = await somebody(origin, "198.51.100.90");
    await open(watched, `/admin/users/${id}`, email);
    await page.setViewportSize({ width: 1280, height: 800 });
    const sessions = page.getByRole("region", { name: "Sessions" });
    await sessions.getByText("198.51.100.90").waitFor();
    await sessions.getByRole("button", { name: /^End (?!all)/ }).click();
    await told("The session ended");
    await sessions.getByText("Signed in nowhere.").waitFor();
    expect((await api.getMe()).status).toBe(401);
    dataOf(await api.login({ email, password: PASSWORD }));
    await page.reload();
    await sessions.getByRole("button", { name: /^End all/ }).click();
    await dialog().getByRole("button", { name: "End all sessions" }).click();
    await told("All sessions of");
  });

  test("an address is vouched for after a question, and the button that was pressed alone is busy", async () => {
    const { page, origin, databaseFile } = watched;
    const { id, email } = await somebody(origin);
    await open(watched, `/admin/users/${id}`, email);
    await page.setViewportSize({ width: 1280, height: 800 });
    const vouch = page.getByRole("button", { name: `Vouch ${email}` });
    await vouch.click();
    await page.getByRole("dialog", { name: `Vouch for ${email}?` }).waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
    let release: (() => void) | undefined;
    await page.route(/\/users\/[^/?]+$/, async (route) => {
      if (route.request().method() !== "GET")
        await new Promise<void>((resolve) => (release = resolve));
      await route.continue();
    });
    await vouch.click();
    await dialog().getByRole("button", { name: "Vouch" }).click();
    await expect.poll(() => release !== undefined).toBe(true);
    expect(await vouch.getAttribute("aria-busy")).toBe("true");
    expect(await page.locator("main [aria-busy=true]").count()).toBe(1);
    release?.();
    await told(`The address ${email} counts as confirmed.`);
    const [row] = runSql(databaseFile, "SELECT email_verified FROM users WHERE id = ?", id);
    expect(Boolean(row?.["email_verified"])).toBe(true);
  });
});

describe.skipIf(noBrowser)("one account in a narrow page, by keyboard alone", () => {
  const newPage = useBrowser(() => settings);
  beforeEach(async () => {
    watched = await newPage(narrow);
    await signInto(watched);
  });
  afterEach(() => watched.page.context().close());

  test("PG-03 unlocked, disabled and enabled again", async () => {
    const { page, origin } = watched;
    const { id, email, api } = await somebody(origin);
    await attack(origin, email, "203.0.113.8", 4); // not with the cookie of a known browser, which no lock stops
    await open(watched, `/admin/users/${id}`, email);
    await pressOn(page, page.getByRole("button", { name: `Unlock ${email}` }));
    await told(`${email} is unlocked.`);
    await pressOn(page, page.getByRole("button", { name: `Disable ${email}` }));
    await pressOn(page, dialog().getByRole("button", { name: "Disable" }));
    await told(`${email} is disabled`);
    expect(stored(id)).toEqual({ role: "user", disabled: true });
    await pressOn(page, page.getByRole("button", { name: `Enable ${email}` }));
    await told(`${email} can sign in again.`);
    expect(stored(id)).toEqual({ role: "user", disabled: false });
    expect((await api.login({ email, password: PASSWORD })).status).toBe(200);
  });

  test("PG-03 a passkey removed and the second factors reset, with a recent proof", async () => {
    const { page, origin, databaseFile } = watched;
    const { id, email, api } = await somebody(origin);
    await addTotpOver(api);
    dataOf((await addPasskeyOver(api, undefined, "Ada's phone")).added);
    forgetProofs(databaseFile);
    await open(watched, `/admin/users/${id}`, email);
    await pressOn(page, page.getByRole("button", { name: "Remove Ada's phone" }));
    await pressOn(page, dialog().getByRole("button", { name: "Remove" }));
    await typeInto(page, page.locator("dialog input[type=password]"), ADMIN.password);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Remove Ada's phone" }).waitFor({ state: "detached" });
    await pressOn(page, page.getByRole("button", { name: `Reset second factors ${email}` }));
    await page.getByRole("dialog", { name: `Reset the second factors of ${email}?` }).waitFor();
    // The list is asked for anew after the reset. The sentence about it stays.
    const sessions = page.waitForResponse((answer) => /\/sessions\b/.test(answer.url()));
    await pressOn(page, dialog().getByRole("button", { name: "Reset second factors" }));
    await page
      .getByRole("button", { name: `Reset second factors ${email}` })
      .waitFor({ state: "detached" });
    await sessions;
    await told(`${email} has no second factor any more.`);
    expect(runSql(databaseFile, "SELECT user_id FROM totp_factors WHERE user_id = ?", id)).toEqual(
      [],
    );
    expect((await api.login({ email, password: PASSWORD })).status).toBe(200);
  });
});

/** `/account/sessions`, `/account/history`, `/account/leave`, and two tabs of one person. */
import { afterEach, describe, expect, test } from "vitest";
import { openAccount } from "../support/account-pages.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { cookieClient, dataOf } from "../support/clients.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { handOn, heading, says, screens } from "../support/hands.ts";
import { signInHere } from "../support/owners.ts";
import {
  expectAccessible,
  expectFocus,
  expectNothingLeft,
  expectSound,
} from "../support/page-proofs.ts";

describe.skipIf(noBrowser)("/account, its sessions, history and end", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)(
    "PG-03 one session is ended, after a question, and this one is not offered, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page } = watched;
      const { api } = await openAccount(watched, "/account/sessions");
      const { press } = handOn(page, hand);
      await says(page, "This device");
      expect(await page.getByText("Chrome on Linux").count()).toBe(1);
      const end = page.getByRole("button", { name: /^End the session/ });
      expect(await end.count()).toBe(1);
      const name = (await end.innerText()).replaceAll(/\s+/g, " ");
      await press(name);
      await press("Cancel");
      expect((await api.getMe()).status).toBe(200);
      await press(name);
      await press("End");
      await says(page, "You are signed in nowhere else.");
      expect((await api.getMe()).status).toBe(401);
      await expect.poll(() => page.locator(":focus").innerText()).toBe("Signed in now");
      await expectSound(watched);
    },
  );

  test.each(screens)(
    "PG-09 the buttons of a dialog are reached in the order in which they are drawn, at %s",
    async (_, options) => {
      watched = await newPage(options);
      const { page } = watched;
      await openAccount(watched, "/account/sessions");
      await handOn(page, "mouse").press("End all others");
      const asked = page.getByRole("dialog", { name: "End all other sessions?" });
      await asked.waitFor();
      expect(await page.locator(":focus").innerText()).toBe("End all other sessions?");
      const places: { x: number; y: number }[] = [];
      for (const name of ["Cancel", "End all others"]) {
        await page.keyboard.press("Tab");
        expect(await page.locator(":focus").innerText()).toBe(name);
        const { x = 0, y = 0 } = (await page.locator(":focus").boundingBox()) ?? {};
        places.push({ x, y });
      }
      const inOrder = places.toSorted((one, other) => one.y - other.y || one.x - other.x);
      expect(places).toEqual(inOrder);
    },
  );

  test.each(screens)(
    "LA-08 the history tells of a refused sign-in, and leads to safety, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, origin } = watched;
      const owner = await openAccount(watched);
      await cookieClient(origin).login({ email: owner.email, password: "somebody else's guess" });
      const { type, press, follow } = handOn(page, hand);
      await follow("History");
      await heading(page, "History");
      await says(page, "Today");
      await says(page, "Unusual");
      await press("Was this not you?");
      await type("Current password", owner.password);
      await type("New password", NEW_PASSWORD);
      await press("Change the password");
      await says(page, /^Your password is changed/);
      expect((await owner.api.getMe()).status).toBe(401);
      await expectSound(watched);
    },
  );

  test("PG-07 a sign-out in one tab is seen in the other, which leads back to where it was", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const owner = await openAccount(watched, "/account/history");
    const other = await page.context().newPage();
    await other.goto(`${origin}/account`);
    await other.getByRole("button", { name: "Sign out" }).click();
    await heading(other, "You are signed out");
    await expectFocus(other.getByRole("heading", { level: 1 }));
    await heading(page, "You are signed out");
    expect(await page.getByText(owner.email).count()).toBe(0);
    const link = page.getByRole("link", { name: "Sign in" });
    expect(await link.getAttribute("href")).toBe("/sign-in?return_to=%2Faccount%2Fhistory");
    await expectAccessible(page);
    // Signed in again in one tab, the other goes on as well.
    await other.goto(`${origin}/reset`);
    await signInHere(other, owner);
    await page.reload();
    await heading(page, "History");
  });

  test("PG-10 who is signed in is asked while the words are on their way, and once", async () => {
    watched = await newPage();
    const { page, requested } = watched;
    await openAccount(watched);
    let arrive: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    await page.route("**/words-account-en.js", async (route) => {
      await arrived;
      await route.continue();
    });
    const before = requested.length;
    const asked = page.waitForResponse((response) => new URL(response.url()).pathname === "/me");
    await page.reload({ waitUntil: "commit" });
    await asked;
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(0);
    arrive();
    await heading(page, "You");
    const paths = requested.slice(before).map((url) => new URL(url).pathname);
    expect(paths.filter((path) => path === "/me")).toHaveLength(1);
  });

  test("PG-01 whoever is signed out is told so without a request that fails", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    await page.goto(`${origin}/account/sessions`);
    await heading(page, "You are signed out");
    expect(watched.consoleErrors).toEqual([]);
    expect(await watched.faults()).toEqual([]);
  });

  test("PG-07 Back and reload keep to the section, and a lost answer can be asked for again", async () => {
    watched = await newPage();
    const { page } = watched;
    await openAccount(watched);
    const { follow, press } = handOn(page, "mouse");
    await follow("Security");
    await heading(page, "Security");
    await follow("Delete");
    await heading(page, "Delete your account");
    await page.goBack();
    await heading(page, "Security");
    await page.reload();
    await heading(page, "Security");
    await page.context().setOffline(true);
    await follow("Sessions");
    await says(page, /offline/);
    await page.context().setOffline(false);
    await press("Try again");
    await says(page, "This device");
    expect(watched.scriptErrors.filter((error) => !error.includes("ERR_INTERNET"))).toEqual([]);
  });

  test.each(screens)(
    "PG-03 an account is deleted by its password, after what it means is said, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, origin } = watched;
      const owner = await openAccount(watched, "/account/leave");
      const { type, press } = handOn(page, hand);
      await press("Delete my account");
      await type("Password", "not this one at all");
      await press("Delete it for good");
      await says(page, "This is not your password.");
      expect(dataOf(await owner.api.getMe()).email).toBe(owner.email);
      await type("Password", owner.password);
      await press("Delete it for good");
      await heading(page, "Your account is gone");
      await expectFocus(page.getByRole("heading", { level: 1 }));
      const { email, password } = owner;
      expect((await cookieClient(origin).login({ email, password })).status).toBe(401);
      await expectNothingLeft(page, [owner.password, owner.email]);
      await expectSound(watched);
    },
  );

  test("PG-02 sessions, history, leave and their dialogs are accessible", async () => {
    watched = await newPage();
    const { page } = watched;
    const { email } = await openAccount(watched, "/account/sessions");
    const { press, follow } = handOn(page, "mouse");
    await says(page, "This device");
    await expectAccessible(page);
    await press("End all others");
    await expectAccessible(page);
    await press("Cancel");
    await follow("History");
    await says(page, "Today");
    await expectAccessible(page);
    await press("Something was not me");
    await expectAccessible(page);
    await press("Cancel");
    await follow("Delete");
    await press("Delete my account");
    await says(page, `Delete ${email}?`);
    await expectAccessible(page);
  });
});

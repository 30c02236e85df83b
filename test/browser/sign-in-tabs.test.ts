/** `/sign-in` beside other tabs, without a network, without storage, and at a limit. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { NEW_PASSWORD } from "../support/credentials.ts";
import { handOn, heading } from "../support/hands.ts";
import { anAccount } from "../support/owners.ts";
import { expectAccessible, expectFocus, expectSound } from "../support/page-proofs.ts";
import { arriveAt, hasSession, openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-in beside other tabs", () => {
  const newPage = useBrowser(() => ({
    SIGNUP: "open",
    MAIL_LOGIN: "on",
    LIMIT_LOGIN_EMAIL: "5/60",
  }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  async function signIn(page: WatchedPage["page"], email: string, password: string) {
    const { type, press } = handOn(page, "mouse");
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
  }

  test("PG-07 a sign-in in one tab is noticed in the other, and so is the sign-out", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const { email, password } = await anAccount(origin);
    await openPage(watched, "/sign-in?return_to=/problems");
    const other = await page.context().newPage();
    await openPage({ page: other, origin }, "/sign-in");
    await signIn(other, email, password);
    await other.waitForURL(`${origin}/account`);
    await heading(page, "You are signed in");
    await page.getByText(email).waitFor();
    await expectAccessible(page);

    await openPage({ page: other, origin }, "/sign-in");
    await handOn(other, "keyboard").press("Use another account");
    await heading(other, "Sign in");
    await heading(page, "Sign in");
    expect(await hasSession(page)).toBe(false);
  });

  test("PG-07 whoever is signed in goes on, or as somebody else", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const { email, password } = await anAccount(origin);
    const second = await anAccount(origin);
    await openPage(watched, "/sign-in");
    await signIn(page, email, password);
    await arriveAt(watched, "/account");
    await openPage(watched, "/sign-up?return_to=/problems");
    await heading(page, "You are signed in");
    await handOn(page, "keyboard").press("Use another account");
    await openPage(watched, "/sign-in?return_to=/problems");
    await signIn(page, second.email, second.password);
    await arriveAt(watched, "/problems");
    await openPage(watched, "/sign-in?return_to=/problems");
    await page.getByText(second.email).waitFor();
    await handOn(page, "mouse").press("Go on");
    await arriveAt(watched, "/problems");
  });

  test("PG-07 without a network it is said so, and the next try works", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const { email, password } = await anAccount(origin);
    await openPage(watched, "/sign-in?return_to=/problems");
    await page.context().setOffline(true);
    await signIn(page, email, password);
    await page.getByText(/You are offline/).waitFor();
    expect(await page.getByLabel("Password", { exact: true }).inputValue()).toBe(password);
    await page.context().setOffline(false);
    await handOn(page, "mouse").press("Sign in");
    await arriveAt(watched, "/problems");
  });

  test("PG-07 on a slow network the button is busy, keeps the focus, and sends once", async () => {
    watched = await newPage();
    const { page, origin, calls } = watched;
    const { email, password } = await anAccount(origin);
    await openPage(watched, "/sign-in?return_to=/problems");
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/login", async (route) => {
      await held;
      await route.continue();
    });
    const { type } = handOn(page, "keyboard");
    await type("E-mail address", email);
    await type("Password", password);
    await handOn(page, "keyboard").press("Sign in");
    const button = page.getByRole("button", { name: "Sign in", exact: true });
    await expect.poll(() => button.getAttribute("aria-disabled")).toBe("true");
    expect(await button.getAttribute("disabled")).toBe(null);
    await expectFocus(button);
    await page.keyboard.press("Enter");
    release();
    await arriveAt(watched, "/problems");
    expect(calls.filter(({ path }) => path === "/login")).toHaveLength(1);
  });

  test("RL-02 after several wrong passwords it is said what locks do, and at a limit how long to wait", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    const { email } = await anAccount(origin);
    await openPage(watched, "/sign-in");
    const button = page.getByRole("button", { name: "Sign in", exact: true });
    for (let tries = 0; tries < 6; tries += 1) {
      const answered = page.waitForResponse(/\/login$/);
      await signIn(page, email, NEW_PASSWORD);
      await answered;
      await expect.poll(() => button.getAttribute("aria-disabled")).toBe(null);
      if (tries === 2) await page.getByText(/a quarter of an hour or longer/).waitFor();
    }
    await page.getByText(/too many sign-ins in a short time/).waitFor();
    await page
      .getByText(/Try again in \d+ seconds/)
      .first()
      .waitFor();
    await expectAccessible(page);
    await expectSound(watched);
  });

  test("PG-09 all of it works where the browser keeps nothing but cookies", async () => {
    watched = await newPage();
    const { page, origin } = watched;
    await page.addInitScript(() => {
      const refuse = () => {
        throw new DOMException("The operation is insecure.", "SecurityError");
      };
      for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
        Object.defineProperty(window, name, { get: refuse });
      Reflect.deleteProperty(window, "BroadcastChannel");
    });
    const { email, password } = await anAccount(origin);
    await openPage(watched, "/sign-in?return_to=/problems");
    await signIn(page, email, password);
    await arriveAt(watched, "/problems");
    await openPage(watched, "/sign-in");
    await heading(page, "You are signed in");
    await expectSound(watched);
  });
});

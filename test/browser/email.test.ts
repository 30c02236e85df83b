import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CSRF_COOKIE } from "../../src/contract/cookies.ts";
import { cookieClient, dataOf, freshEmail, signedInClient } from "../support/clients.ts";
import { PASSWORD } from "../support/credentials.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { expectFocus } from "../support/page-proofs.ts";
import {
  linkTo,
  openLink,
  press,
  said,
  signInHere,
  tabTo,
  unlimitedChallenges,
} from "../support/mailed-links.ts";

let watched: WatchedPage;
const VERIFY = "Confirm the address";
const CHANGE = "Change the address";
const ANSWER = "Send the answer";
const SIGNED_OUT = /^You are not signed in in this browser\..* type the code/;

/** An account whose address is to be proved, and the link of the mail. */
async function unproved() {
  const account = await signedInClient(watched.origin);
  dataOf(await account.api.requestEmailVerification());
  return { ...account, link: await linkTo(watched, account.email) };
}

/** An account that is to have another address, and the link of the mail to that one. */
async function moving() {
  const account = await signedInClient(watched.origin);
  const newEmail = freshEmail();
  dataOf(await account.api.startEmailChange({ newEmail }));
  return { ...account, newEmail, link: await linkTo(watched, newEmail) };
}

/** An account whose address was changed, and the link of the mail to the old one. */
async function moved() {
  const account = await moving();
  await signInHere(watched, account.email);
  await openLink(watched, account.link);
  await press(watched, CHANGE);
  return { ...account, link: await linkTo(watched, account.email) };
}

describe.skipIf(noBrowser)("/email in a browser", () => {
  const newPage = useBrowser(() => unlimitedChallenges);
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("EM-05 confirms the address of the account that is signed in here, by keyboard too", async () => {
    const { page, origin, faults, consoleErrors } = watched;
    const { api, email, link } = await unproved();
    await signInHere(watched, email);
    await openLink(watched, link);
    expect(page.url()).toBe(`${origin}/email`);
    await page.getByText(`Signed in as ${email}.`).waitFor();
    expect(dataOf(await api.getMe()).emailVerified).toBe(false); // opening proves nothing
    await tabTo(page, VERIFY);
    await page.keyboard.press("Enter");
    expect(await said(watched)).toMatch(`The address ${email} is confirmed.`);
    await expectFocus(page.getByRole("status"));
    expect(dataOf(await api.getMe()).emailVerified).toBe(true);
    await openLink(watched, link);
    expect(await said(watched)).toMatch(/is confirmed/); // a second time: without a press
    expect(await page.getByRole("button").count()).toBe(0);
    expect(await faults()).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });

  test("a press whose answer got lost has confirmed the address, and the next press says so", async () => {
    const { page } = watched;
    const { email, link } = await unproved();
    await signInHere(watched, email);
    await openLink(watched, link);
    await page.route("**/me/email/verification/confirm", async (route) => {
      await route.fetch();
      await route.abort();
    });
    expect(await press(watched, VERIFY)).toBe("The server could not be reached. Try again.");
    await page.unroute("**/me/email/verification/confirm");
    expect(await press(watched, VERIFY)).toMatch(`The address ${email} is confirmed.`);
  });

  test("EM-05 where nobody is signed in it says where to open the link, and works once somebody is", async () => {
    const { page, consoleErrors } = watched;
    const { api, email, link } = await unproved();
    await openLink(watched, link);
    expect(await said(watched)).toMatch(SIGNED_OUT); // before any press
    expect(await press(watched, VERIFY)).toMatch(SIGNED_OUT);
    expect(consoleErrors).toEqual([]); // nothing was asked in vain

    const tab = { ...watched, page: await page.context().newPage() };
    await signInHere(tab, email);
    expect(await press(watched, VERIFY)).toMatch(/is confirmed/);
    expect(dataOf(await api.getMe()).emailVerified).toBe(true);
  });

  test("a session that has ended, and a proof that is not its own, count as signed out", async () => {
    const { page, origin } = watched;
    const { api, email, link } = await unproved();
    await signInHere(watched, email);
    await openLink(watched, link);
    dataOf(await api.revokeMyOtherSessions());
    expect(await press(watched, VERIFY)).toMatch(SIGNED_OUT);
    await openLink(watched, link);
    expect(await said(watched)).toMatch(SIGNED_OUT);
    await signInHere(watched, email);
    await openLink(watched, link);
    await page.context().addCookies([
      {
        name: CSRF_COOKIE,
        value: "x".repeat(43),
        url: origin.replace("http:", "https:"),
        secure: true,
      },
    ]);
    expect(await press(watched, VERIFY)).toMatch(SIGNED_OUT);
    expect(dataOf(await api.getMe()).emailVerified).toBe(false);
  });

  test("EM-05 a link of another account proves nothing, and stays good for its own", async () => {
    const { api, email, link } = await unproved();
    const other = await signedInClient(watched.origin);
    await signInHere(watched, other.email);
    await openLink(watched, link);
    expect(await press(watched, VERIFY)).toMatch(/it is of another account than the one signed in/);
    expect(dataOf(await other.api.getMe()).emailVerified).toBe(false);
    await signInHere(watched, email);
    await openLink(watched, link);
    expect(await press(watched, VERIFY)).toMatch(/is confirmed/);
    expect(dataOf(await api.getMe()).emailVerified).toBe(true);
  });

  test("EM-07 changes the address, and a link opened twice or too late says what to look at", async () => {
    const { email, newEmail, link } = await moving();
    const { page, origin, faults } = watched;
    await signInHere(watched, email);
    await openLink(watched, link);
    await page.getByText(`Signed in as ${email}.`).waitFor();
    expect(await press(watched, CHANGE)).toMatch(`The address of your account is ${newEmail} now.`);
    const login = await cookieClient(origin).login({ email: newEmail, password: PASSWORD });
    expect(login).toMatchObject({ status: 200 });
    await openLink(watched, link);
    expect(await press(watched, CHANGE)).toMatch(
      /no longer good here: it was used.* Look at the address/,
    );

    const late = await moving();
    const database = new DatabaseSync(watched.databaseFile, { timeout: 5_000 });
    database.exec("update challenges set expires_at = 1 where purpose = 'email_change'");
    database.close();
    await signInHere(watched, late.email);
    await openLink(watched, late.link);
    expect(await press(watched, CHANGE)).toMatch(/it is too old/);
    expect(dataOf(await late.api.getMe()).email).toBe(late.email);
    expect(await faults()).toEqual([]);
  });

  test("EM-08 takes a change back once it was chosen from the list, by keyboard, in a browser that is not signed in", async () => {
    const { page, origin, faults } = await newPage();
    const { email, newEmail, link } = await moved();
    const tab = { page };
    await openLink(tab, link);
    await page.getByRole("button", { name: ANSWER }).click(); // without an answer: nothing
    expect(await page.getByRole("status").textContent()).toBe("");
    await tabTo(page, "Did you change the address?");
    await page.keyboard.type("No");
    await tabTo(page, ANSWER);
    await page.keyboard.press("Enter");
    expect(await said(tab)).toMatch(/has its old address again.* Ask for a new password next/);
    const api = cookieClient(origin);
    expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
    expect(await api.login({ email: newEmail, password: PASSWORD })).toMatchObject({ status: 401 });

    await openLink(tab, link);
    await page.getByLabel("Did you change the address?").selectOption({ index: 2 });
    expect(await press(tab, ANSWER)).toMatch(/was taken back already, or the link is too old/);
    expect(await faults()).toEqual([]);
    await page.context().close();
  });

  test("EM-08 whoever changed the address says so, and nothing changes", async () => {
    const { newEmail, link } = await moved();
    await openLink(watched, link);
    await watched.page.getByLabel("Did you change the address?").selectOption({ index: 1 });
    expect(await press(watched, ANSWER)).toMatch(/Nothing was changed\.$/);
    const api = cookieClient(watched.origin);
    const login = await api.login({ email: newEmail, password: PASSWORD });
    expect(login).toMatchObject({ status: 200 });
  });

  test("a link that was cut off says so, and one without a server leaves the button", async () => {
    const { page, origin } = watched;
    await openLink(watched, `${origin}/email#token=`);
    expect(await said(watched)).toMatch(/^This link is not complete/);
    expect(await page.getByRole("button").count()).toBe(0);
    const { link } = await moved();
    await openLink(watched, link);
    await page.getByLabel("Did you change the address?").selectOption({ index: 2 });
    await page.route("**/email-change/undo", (route) => route.abort());
    expect(await press(watched, ANSWER)).toBe("The server could not be reached. Try again.");
    await page.unroute("**/email-change/undo");
    expect(await press(watched, ANSWER)).toMatch(/has its old address again/);
  });
});

describe.skipIf(noBrowser)("/email in a browser, with DEV_COOKIES=plain", () => {
  const newPage = useBrowser(() => ({ DEV_COOKIES: "plain", ...unlimitedChallenges }));

  test("finds the proof under its plain name", async () => {
    watched = await newPage();
    const email = freshEmail();
    const api = cookieClient(watched.origin);
    dataOf(await api.signup({ email, password: PASSWORD }));
    await signInHere(watched, email);
    await watched.page.evaluate(async () => {
      const csrf = /csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
      const headers = { "x-csrf-token": csrf };
      await fetch("/me/email/verification", { method: "POST", headers });
    });
    await openLink(watched, await linkTo(watched, email));
    expect(await press(watched, VERIFY)).toMatch(/is confirmed/);
    await watched.page.context().close();
  });
});

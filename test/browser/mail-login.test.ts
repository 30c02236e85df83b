import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHALLENGE_COOKIE, SESSION_COOKIE } from "../../src/contract/cookies.ts";
import { signedInClient } from "../support/clients.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { expectFocus } from "../support/page-proofs.ts";
import {
  callHere,
  linkTo,
  openLink,
  press,
  said,
  tabTo,
  unlimitedChallenges,
} from "../support/mailed-links.ts";

let watched: WatchedPage;

/** Somebody who asks in this browser to be signed in, and the link of the mail. */
async function ask(known?: { email: string; count: number }) {
  const email = known?.email ?? (await signedInClient(watched.origin)).email;
  await callHere(watched, "/login/mail", { email });
  return { email, link: await linkTo(watched, email, known?.count) };
}

async function cookieNames({ page }: WatchedPage): Promise<string[]> {
  return (await page.context().cookies()).map(({ name }) => name);
}

const codeOf = ({ page }: WatchedPage) => page.locator(".shown-code");
const NOT_HERE = /^This browser did not ask to be signed in, or the link was used or is too old/;

describe.skipIf(noBrowser)("/login/mail in a browser", () => {
  const newPage = useBrowser(() => ({ MAIL_LOGIN: "on", ...unlimitedChallenges }));
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("ML-02 signs in the browser that asked, once its button is pressed, by keyboard too", async () => {
    const { page, origin, faults, consoleErrors } = watched;
    const { email, link } = await ask();
    await openLink(watched, link);
    expect(page.url()).toBe(`${origin}/login/mail`);
    expect(await cookieNames(watched)).not.toContain(SESSION_COOKIE); // opening signs nobody in
    await tabTo(page, "Sign in");
    await page.keyboard.press("Enter");
    expect(await said(watched)).toContain(`You are signed in as ${email}.`);
    await expectFocus(page.getByRole("status"));
    expect(await codeOf(watched).isHidden()).toBe(true);
    expect(await cookieNames(watched)).toContain(SESSION_COOKIE);
    expect(await cookieNames(watched)).not.toContain(CHALLENGE_COOKIE);
    await page.getByRole("link", { name: "Start page" }).click();
    await page.waitForURL(`${origin}/`);
    expect(await faults()).toEqual([]);
    expect(consoleErrors).toEqual([]);
  });

  test("ML-02 ML-03 elsewhere shows the code, signs nobody in, and the code is good where it was asked for", async () => {
    const { email, link } = await ask();
    const elsewhere = await newPage();
    await openLink(elsewhere, link);
    const code = await codeOf(elsewhere).innerText();
    expect(code).toMatch(/^\d{4} \d{4}$/);
    expect(await press(elsewhere, "Sign in")).toMatch(NOT_HERE);
    await codeOf(elsewhere).waitFor();
    expect(await cookieNames(elsewhere)).toEqual([]);
    expect(await elsewhere.faults()).toEqual([]);
    await elsewhere.page.context().close();

    await callHere(watched, "/login/mail/complete", { code }); // by the cookie of whoever asked
    await openLink(watched, link);
    expect(await press(watched, "Sign in")).toMatch(NOT_HERE); // spent with its code (ML-04)
    expect(email).toContain("@");
  });

  test("a link opened twice, too late, or before a later one says so and what to do", async () => {
    const { email, link } = await ask();
    await openLink(watched, link);
    await press(watched, "Sign in");
    await openLink(watched, link);
    expect(await press(watched, "Sign in")).toMatch(NOT_HERE);

    const later = await ask({ email, count: 2 });
    await openLink(watched, link);
    expect(await press(watched, "Sign in")).toMatch(/ask for a new mail\.$/);
    const database = new DatabaseSync(watched.databaseFile, { timeout: 5_000 });
    database.exec("update challenges set expires_at = 1 where purpose = 'mail_login'");
    database.close();
    await openLink(watched, later.link);
    expect(await press(watched, "Sign in")).toMatch(NOT_HERE);
  });

  test("where the second step gets no answer, pressing again finishes what the first began", async () => {
    const { page } = watched;
    const { email, link } = await ask();
    await openLink(watched, link);
    await page.route("**/login/finish", (route) => route.abort());
    expect(await press(watched, "Sign in")).toBe("The server could not be reached. Try again.");
    await page.unroute("**/login/finish");
    expect(await press(watched, "Sign in")).toContain(`You are signed in as ${email}.`);
  });

  test("a sign-in that took too long to finish says to begin again", async () => {
    const { page } = watched;
    const { link } = await ask();
    await openLink(watched, link);
    await page.route("**/login/finish", (route) => route.abort());
    await press(watched, "Sign in");
    await page.unroute("**/login/finish");
    const database = new DatabaseSync(watched.databaseFile, { timeout: 5_000 });
    database.exec("update challenges set expires_at = 1 where purpose = 'login'");
    database.close();
    expect(await press(watched, "Sign in")).toMatch(
      /^The sign-in took too long.* from the beginning/,
    );
    expect(await cookieNames(watched)).not.toContain(SESSION_COOKIE);
  });

  test("shows digits and nothing else of a link that somebody made up, and says where one is cut off", async () => {
    const { page, origin } = watched;
    await openLink(
      watched,
      `${origin}/login/mail#token=x&code=${encodeURIComponent("Call 0800 1")}`,
    );
    expect(await codeOf(watched).isHidden()).toBe(true);
    expect(await page.content()).not.toContain("0800");
    await openLink(watched, `${origin}/login/mail#code=12345678`);
    expect(await said(watched)).toMatch(/^This link is not complete/);
    expect(await page.locator("form:visible").count()).toBe(0);
  });
});

describe.skipIf(noBrowser)("/login/mail in a browser, with MAIL_LOGIN=off", () => {
  const newPage = useBrowser(() => ({ MAIL_LOGIN: "off" }));

  test("ML-07 a link of a mail from before says that nobody signs in so any more", async () => {
    watched = await newPage();
    await openLink(watched, `${watched.origin}/login/mail#token=x&code=12345678`);
    expect(await press(watched, "Sign in")).toMatch(/^Nobody can sign in by mail here/);
    expect(await codeOf(watched).isHidden()).toBe(true);
    await watched.page.context().close();
  });
});

import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adminClient, cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { expectFocus } from "../support/page-proofs.ts";
import {
  answerOf,
  linkTo,
  openLink,
  press,
  said,
  tabTo,
  unlimitedChallenges,
} from "../support/mailed-links.ts";

let watched: WatchedPage;
const CREATE = "Create the account";

/** Somebody who asked for an account, and the link that the address got. */
async function signUp(email = freshEmail(), count = 1): Promise<{ email: string; link: string }> {
  dataOf(await cookieClient(watched.origin).signup({ email, password: PASSWORD }));
  return { email, link: await linkTo(watched, email, count) };
}

/** Types the password and presses the button; answers the sentence of the page. */
async function choose(password: string): Promise<string> {
  await watched.page.getByLabel("Password", { exact: true }).fill(password);
  return press(watched, CREATE);
}

describe.skipIf(noBrowser)("/confirm in a browser", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "verified", ...unlimitedChallenges }));
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("EM-03 whoever holds the link chooses the password; a weak one spends nothing; the rule is there before", async () => {
    const { page, origin, faults } = watched;
    const { email, link } = await signUp();
    await openLink(watched, link);
    expect(page.url()).toBe(`${origin}/confirm`);
    const field = page.getByLabel("Password", { exact: true });
    const rule = await field.getAttribute("aria-describedby");
    expect(await page.locator(`#${rule}`).innerText()).toMatch(/^15 to 256 characters/);

    expect(await choose("sunshine")).toMatch(/at least 15 characters/);
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await expectFocus(field);
    expect(await choose(NEW_PASSWORD)).toBe(
      `Your account is ready. You can sign in as ${email} now.`,
    );
    expect(await page.locator("form").isHidden()).toBe(true);
    await expectFocus(page.getByRole("status"));

    const api = cookieClient(origin);
    expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
    expect(dataOf(await api.login({ email, password: NEW_PASSWORD })).user.emailVerified).toBe(
      true,
    );
    await openLink(watched, link);
    expect(await choose(NEW_PASSWORD)).toMatch(
      /^This link is no longer good: it was used.* sign in/,
    );
    expect(await faults()).toEqual([]);
  });

  test("the whole of it works by keyboard alone, with the password shown", async () => {
    const { page } = watched;
    const { email, link } = await signUp();
    await openLink(watched, link);
    await tabTo(page, "Password");
    await page.keyboard.insertText(NEW_PASSWORD);
    await tabTo(page, "Show the password");
    await page.keyboard.press("Space");
    expect(await page.getByLabel("Password", { exact: true }).getAttribute("type")).toBe("text");
    await tabTo(page, CREATE);
    await page.keyboard.press("Enter");
    expect(await said(watched)).toContain(email);
  });

  test("a link opened in two tabs makes one account, and the second tab says what to do", async () => {
    const { link, email } = await signUp();
    const first = watched;
    const second = await newPage();
    await openLink(first, link);
    await openLink(second, link);
    expect(await choose(NEW_PASSWORD)).toContain(email);
    watched = second;
    expect(await choose("five other words of another")).toMatch(/^This link is no longer good/);
    await first.page.context().close();
  });

  test("a link that is too old, and one beside which another made the account, are no longer good", async () => {
    const old = await signUp();
    const database = new DatabaseSync(watched.databaseFile, { timeout: 5_000 });
    database.exec("update challenges set expires_at = 1");
    database.close();
    await openLink(watched, old.link);
    expect(await choose(NEW_PASSWORD)).toMatch(/it is too old.* sign up again/);

    const one = await signUp();
    const other = await signUp(one.email, 2);
    await openLink(watched, other.link);
    expect(await choose(NEW_PASSWORD)).toContain(one.email);
    await openLink(watched, one.link);
    expect(await choose(NEW_PASSWORD)).toMatch(/another one has taken its place/);
  });

  test("a reload, a link that was cut off and one that was spoiled say so", async () => {
    const { page, origin } = watched;
    const incomplete = /^This link is not complete, or this page was loaded again/;
    await openLink(watched, `${origin}/confirm`);
    expect(await said(watched)).toMatch(incomplete);
    const { link } = await signUp();
    await openLink(watched, link);
    await page.reload();
    expect(await said(watched)).toMatch(incomplete);
    await openLink(watched, `${origin}/confirm#token=${"x".repeat(2049)}`);
    expect(await choose(NEW_PASSWORD)).toMatch(incomplete);
  });

  test("RS-02 a link opened over its own page begins it anew, and stays in no address", async () => {
    const { page, origin } = watched;
    await openLink(watched, `${origin}/confirm`);
    const { email, link } = await signUp();
    await page.goto(link); // the same page, another fragment: nothing is loaded by itself
    await page.locator("form:not([hidden])").waitFor();
    expect(page.url()).toBe(`${origin}/confirm`);
    expect(await choose(NEW_PASSWORD)).toContain(email);
  });

  test("an answer that never comes, a proxy's own, and a fault of the server leave the form as it is", async () => {
    const { page } = watched;
    const { email, link } = await signUp();
    await openLink(watched, link);
    const unreachable = "The server could not be reached. Try again.";
    await page.route("**/signup/confirm", (route) => route.abort());
    expect(await choose(NEW_PASSWORD)).toBe(unreachable);
    await page.route("**/signup/confirm", (route) =>
      route.fulfill({ status: 502, body: "<html>" }),
    );
    expect(await choose(NEW_PASSWORD)).toBe(unreachable);
    await page.route("**/signup/confirm", (route) => route.fulfill(answerOf("internal_error")));
    expect(await choose(NEW_PASSWORD)).toMatch(
      /^Something went wrong on the server\. Try again\. For whoever runs this service: [\w-]{36}$/,
    );
    await page.unroute("**/signup/confirm");
    expect(await choose(NEW_PASSWORD)).toContain(email);
  });
});

describe.skipIf(noBrowser)("/confirm in a browser, with SIGNUP=closed and few tries", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "closed", LIMIT_CHALLENGE_IP: "2/600" }));
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("an invitation makes an account, and too many tries say when to try again", async () => {
    const { origin } = watched;
    const email = freshEmail();
    dataOf(await (await adminClient(origin)).inviteUser({ email }));
    await openLink(watched, await linkTo(watched, email));
    expect(await choose(NEW_PASSWORD)).toContain(email);
    await openLink(watched, `${origin}/confirm#token=x`);
    expect(await choose(NEW_PASSWORD)).toMatch(/^This link is no longer good/);
    await openLink(watched, `${origin}/confirm#token=x`);
    expect(await choose(NEW_PASSWORD)).toMatch(/Nothing was checked[^]*Try again in \d+ minutes\./);
    await watched.page.locator("form").waitFor();
  });
});

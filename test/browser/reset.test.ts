import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { answerOf, said } from "../support/mailed-links.ts";
import { nthMailTo, tokenIn } from "../support/mailbox.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";

let watched: WatchedPage;

/** An account that forgot its password, and the token it was mailed. */
async function forgetful(): Promise<{ email: string; token: string }> {
  const api = cookieClient(watched.origin);
  const email = freshEmail();
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.forgotPassword({ email }));
  return { email, token: tokenIn(await nthMailTo(watched.outbox, email)) };
}

/** As a click in a mail does it: a page of its own, from nowhere. */
async function openLink(token: string): Promise<void> {
  await watched.page.goto("about:blank");
  await watched.page.goto(`${watched.origin}/reset#token=${token}`);
}

/** Types a password, as a paste does it, and answers the sentence of the page. */
async function choose(typed: string): Promise<string> {
  const { page } = watched;
  await page.getByLabel("New password").fill("");
  await page.getByLabel("New password").focus();
  await page.keyboard.insertText(typed);
  const answered = page.waitForResponse(`${watched.origin}/reset-password`);
  await page.getByRole("button", { name: "Set the password" }).click();
  await (await answered).finished();
  return said(watched);
}

/** 256 characters, most of them in two UTF-16 units, that nobody guesses. */
const LONGEST = "four clear words of mine ".concat("🌊🐴🎈".repeat(77));

describe.skipIf(noBrowser)("/reset in a browser", () => {
  const newPage = useBrowser();
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("RS-07 opening the link spends nothing, the form sets the password, and a used link says so", async () => {
    const { page, origin, faults, consoleErrors } = watched;
    const { email, token } = await forgetful();
    await openLink(token);
    await openLink(token);
    expect(await choose("sunshine")).toBe(
      "It must have at least 15 characters. Too many people use it.",
    );
    await openLink(token);
    expect(consoleErrors).toHaveLength(1); // the refusal
    expect(await choose(NEW_PASSWORD)).toBe("Your password is set. You can sign in with it now.");
    expect(await page.locator("form").isHidden()).toBe(true);
    expect(consoleErrors).toHaveLength(1);

    const api = cookieClient(origin);
    expect(await api.login({ email, password: PASSWORD })).toMatchObject({ status: 401 });
    expect(await api.login({ email, password: NEW_PASSWORD })).toMatchObject({ status: 200 });

    await openLink(token);
    expect(await choose(PASSWORD)).toBe("This link is no longer good. Ask for a new one.");
    const another = page.getByRole("link", { name: "Ask for a new link" });
    expect(await another.getAttribute("href")).toBe("/sign-in?view=forgotten");
    await page.goto(`${origin}/healthz`);
    await page.goto(`${origin}/reset`);
    expect(await page.getByRole("status").innerText()).toMatch(/^This link is not complete/);
    expect(await faults()).toEqual([]);
  });

  test("RS-02 the token stays in no address, no history and no Referer, whatever the page asks for", async () => {
    const { page, origin, faults, requested } = watched;
    const sent: Promise<string>[] = [];
    page.on("request", (request) => {
      sent.push(request.allHeaders().then((headers) => JSON.stringify(headers)));
    });
    const { token } = await forgetful();
    await openLink(token);
    await page.waitForURL(`${origin}/reset`);
    await choose(NEW_PASSWORD);
    await page.goto(`${origin}/problems/email-taken`);
    await page.goBack();
    expect(page.url()).toBe(`${origin}/reset`);

    expect(requested.filter((url) => url.includes(token))).toEqual([]);
    const headers = (await Promise.all(sent)).join();
    expect(headers).toContain('"content-type":"application/json"'); // the form's own is among them
    expect(headers).not.toContain(token);
    expect(headers).not.toMatch(/"referer":"[^"]/);
    expect(await faults()).toEqual([]);
  });

  test("while a password is looked at, the page says nothing of the one before", async () => {
    const { page, origin } = watched;
    const { token } = await forgetful();
    await openLink(token);
    await choose("sunshine");
    await page.route(`${origin}/reset-password`, () => undefined); // never answered
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.locator("button[aria-disabled=true]").waitFor();
    expect(await page.getByRole("status").textContent()).toBe("");
    expect(await page.locator("button[aria-disabled=true]:focus").count()).toBe(1);
  });

  test("PW-04 a password is never shortened on its way: one that is too long is refused", async () => {
    const { email, token } = await forgetful();
    await openLink(token);
    expect(await choose("w".repeat(257))).toBe("It must have at most 256 characters.");
    expect(await choose(LONGEST)).toBe("Your password is set. You can sign in with it now.");
    const api = cookieClient(watched.origin);
    const login = await api.login({ email, password: LONGEST });
    expect(login).toMatchObject({ status: 200 });
    expect(await watched.faults()).toEqual([]);
  });

  test("a link whose token was spoiled on its way says so, and does not blame the password", async () => {
    await openLink("x".repeat(2049));
    expect(await choose(NEW_PASSWORD)).toMatch(/^This link is not complete/);
    expect(await watched.page.locator("form").isHidden()).toBe(true);
  });

  test("a refusal that is not about the password is told in words", async () => {
    const { page } = watched;
    await page.route("**/reset-password", (route) => route.fulfill(answerOf("rate_limited")));
    await openLink("x");
    expect(await choose(NEW_PASSWORD)).toMatch(
      /^That was too often\. Nothing was checked, and nothing changed\.\s+Try again in 12 seconds\./,
    );
    await page.route("**/reset-password", (route) =>
      route.fulfill({ status: 502, body: "<html>" }),
    );
    expect(await choose(NEW_PASSWORD)).toBe("The server could not be reached. Try again.");
  });
});

describe.skipIf(noBrowser)("/reset in a browser, with PASSWORD_MIN_LENGTH=20", () => {
  const newPage = useBrowser(() => ({ PASSWORD_MIN_LENGTH: "20" }));
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("PW-04 the page says 20, whichever check refuses, and never 8 or 15", async () => {
    const { token } = await forgetful();
    await openLink(token);
    const twenty = "It must have at least 20 characters.";
    const rule = await watched.page.getByLabel("New password").getAttribute("aria-describedby");
    expect(await watched.page.locator(`#${rule}`).innerText()).toMatch(/^20 to 256 characters/); // before any mistake
    expect(await choose("qzjxkvw")).toBe(twenty); // below the floor of 8
    expect(await choose("qzjxkvw plomf")).toBe(twenty); // below the default of 15
    expect(await choose("qzjxkvw plomf bredl")).toBe(twenty); // above it
    const shown = await watched.page.locator("body").innerText();
    // The rule, the refusal, and what a character more would make of it.
    expect(shown.match(/\b\d+\b/g)).toEqual(["20", "256", "20", "1"]);
    expect(await choose(NEW_PASSWORD)).toBe("Your password is set. You can sign in with it now.");
    expect(await watched.faults()).toEqual([]);
  });
});

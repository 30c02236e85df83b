import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { nthMailTo, tokenIn } from "../support/mailbox.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";

describe.skipIf(noBrowser)("/reset in a browser", () => {
  const newPage = useBrowser();
  let watched: WatchedPage;
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

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

  /** Answers what the page then says. */
  async function choose(typed: string): Promise<string> {
    const { page } = watched;
    await page.getByLabel("New password").fill(typed);
    await page.getByRole("button").click();
    return page.locator("[role=status]:not(:empty)").innerText();
  }

  test("RS-07 opening the link spends nothing, the form sets the password, and a used link says so", async () => {
    const { page, origin, faults, consoleErrors } = watched;
    const { email, token } = await forgetful();
    await openLink(token);
    await openLink(token);
    expect(await choose("sunshine")).toBe("It is too short. Too many people use it.");
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
    expect(headers).not.toContain('"referer"');
    expect(await faults()).toEqual([]);
  });
});

/** Where the page that a provider leads back to goes on to: a second step, a link, an application, the opener of a popup. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import { type BegunFlow, providerReturn } from "../../src/contract/provider-return.ts";
import { LINK_STATE_PREFIX } from "../../src/contract/provider-state.ts";
import { noBrowser } from "../support/browser.ts";
import { dataOf, freshEmail, signedInClient, tokenClient } from "../support/clients.ts";
import { press, said, signInHere } from "../support/mailed-links.ts";
import { expectFocus } from "../support/page-proofs.ts";
import {
  beginHere,
  comeBack,
  goThrough,
  inDatabase,
  isSignedIn,
  LINK,
  madeFor,
  type ProviderPage,
  SIGN_IN,
  useProviderPages,
} from "../support/provider-pages.ts";
import { addTotpOver } from "../support/second-factors.ts";

let watched: ProviderPage;
let email: string;

/** An account with a password and a proved address, which is not the one at the provider. */
async function anAccount() {
  const { api, email: address } = await signedInClient(watched.origin);
  inDatabase(watched, "update users set email_verified = 1 where email = ?", address);
  return { api, address };
}

async function signOut(): Promise<void> {
  await watched.page.context().clearCookies();
}

function parametersOf(url: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(new URL(url).hash.slice(1)));
}

describe.skipIf(noBrowser)("the page that a provider leads back to goes on", () => {
  const newPage = useProviderPages();
  beforeEach(async () => {
    watched = await newPage();
    email = freshEmail();
    Object.assign(watched.provider.person, { sub: email, email });
  });
  afterEach(() => watched.page.context().close());

  test("FD-08 links to the account that is signed in, which the provider signs in from then on", async () => {
    const { page, origin } = watched;
    const { address } = await anAccount();
    await signInHere(watched, address);
    await goThrough(watched, page, { path: LINK, keeps: true, returnTo: `${origin}/problems` });
    await page.waitForURL(`${origin}/problems`);
    expect(madeFor(watched, address)).toMatchObject({ accounts: 1, identities: 1 });
    expect(madeFor(watched, email).accounts).toBe(0);
    await signOut();
    await goThrough(watched, page);
    expect(await said(watched)).toBe(`You are signed in as ${address}.`);
  });

  test("FD-08 a link without a kept returnTo says that it is done; one to elsewhere is not gone on to", async () => {
    const { page } = watched;
    const { address } = await anAccount();
    await signInHere(watched, address);
    await goThrough(watched, page, { path: LINK, keeps: true, returnTo: `${watched.app}/x` });
    expect(await said(watched)).toBe(
      "Nordlys ID is linked to your account: it signs you in from now on.",
    );
    expect(await page.title()).toBe("Link Nordlys ID · Portcullis");
    expect(await page.locator("h1").innerText()).toBe("Link Nordlys ID");
    expect(madeFor(watched, address).identities).toBe(1);
  });

  test("FD-08 a link that one account began ends in no other, and without a session in none", async () => {
    const { page, provider } = watched;
    const [mine, theirs] = [await anAccount(), await anAccount()];
    await signInHere(watched, mine.address);
    const begun = await beginHere(watched, page, { path: LINK, keeps: true });
    const back = provider.approve(begun.authorizationUrl);
    expect(back.searchParams.get("state")).toMatch(new RegExp(`^${LINK_STATE_PREFIX}`));
    const cookies = await page.context().cookies();
    await page.context().clearCookies({ name: SESSION_COOKIE }); // or the login would end the session

    await signInHere(watched, theirs.address);
    await page.goto(back.href);
    expect(await said(watched)).toMatch(/^This did not begin in this browser/);
    await page.context().clearCookies();
    await page.goto(back.href);
    expect(await said(watched)).toMatch(/^You are not signed in in this browser any more/);
    expect(provider.exchanges).toEqual([]);
    for (const { address } of [mine, theirs]) expect(madeFor(watched, address).identities).toBe(0);

    await page.context().addCookies(cookies);
    await page.goto(back.href); // nothing was spent
    expect(await said(watched)).toMatch(/^Nordlys ID is linked/);
    expect(madeFor(watched, mine.address).identities).toBe(1);
  });

  test("FD-08 where the proof is too old it says to prove again, and links nothing", async () => {
    const { page } = watched;
    const { address } = await anAccount();
    await signInHere(watched, address);
    const begun = await beginHere(watched, page, { path: LINK });
    inDatabase(watched, "update sessions set authenticated_at = 1000");
    const back = watched.provider.approve(begun.authorizationUrl).href;
    await page.goto(back);
    expect(await said(watched)).toMatch(/^You signed in too long ago to link Nordlys ID\./);
    expect(madeFor(watched, address).identities).toBe(0);
    expect(watched.provider.exchanges).toEqual([]);
  });

  test("FD-17 asks for the second factor, and goes on afterwards", async () => {
    const { page, origin, faults } = watched;
    const { api, address } = await anAccount();
    await signInHere(watched, address);
    await goThrough(watched, page, { path: LINK });
    expect(await said(watched)).toMatch(/^Nordlys ID is linked/);
    const { app } = await addTotpOver(api);
    await signOut();

    const before = Number(madeFor(watched, address).sessions);
    await goThrough(watched, page, { returnTo: `${origin}/problems` });
    const code = page.getByLabel("Code", { exact: true });
    await code.waitFor();
    await expectFocus(code);
    expect(await page.locator("form:visible").count()).toBe(1);
    await code.fill(app.wrongAt(Date.now()));
    expect(await press(watched, "Sign in")).toMatch(/^This code was not taken/);
    expect(await isSignedIn(page)).toBe(false);
    expect(madeFor(watched, address).sessions).toBe(before);
    await code.fill(app.codeAt(Date.now()));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${origin}/problems`);
    expect(await isSignedIn(page)).toBe(true);
    expect(madeFor(watched, address).sessions).toBe(before + 1);
    expect((await faults()).filter((fault) => /^(?:violation|exception)/.test(fault))).toEqual([]);
  });

  test("FD-12 hands half a login to an application's page, in place of its own fragment, and signs nobody in", async () => {
    const { page, app, origin } = watched;
    await goThrough(watched, page, { on: app, returnTo: `${app}/in?a=1#mine` });
    await page.waitForURL(`${app}/in?a=1#**`);
    const { loginToken = "", state, ...rest } = parametersOf(page.url());
    expect(rest).toEqual({ provider: "nordlys", secondFactors: "", expiresInSeconds: "300" });
    expect(state).toMatch(/^[\w-]{43}$/);
    expect(madeFor(watched, email)).toEqual({ accounts: 1, identities: 1, sessions: 0 });
    expect(await isSignedIn(page)).toBe(false);
    const api = tokenClient(origin);
    dataOf(await api.finishTokenLogin({ loginToken, method: "none" }));
    expect(dataOf(await api.getMe()).email).toBe(email);
    await page.goBack();
    expect(page.url()).not.toContain("/callback"); // the page was left by `replace`
  });

  test("FD-17 an application is told which second factors are missing", async () => {
    const { page, app } = watched;
    const { api, address } = await anAccount();
    await signInHere(watched, address);
    await goThrough(watched, page, { path: LINK });
    await said(watched);
    await addTotpOver(api);
    await signOut();
    await goThrough(watched, page, { returnTo: `${app}/in` });
    await page.waitForURL(`${app}/in#**`);
    expect(parametersOf(page.url())["secondFactors"]).toBe("totp,recovery_code");
    expect(await isSignedIn(page)).toBe(false);
  });

  test("FD-02 an application of another site, whose cookie no browser keeps, is led nowhere", async () => {
    const { page, app, callback } = watched;
    const { authorizationUrl } = await beginHere(watched, page, { returnTo: `${app}/in` });
    await page.context().clearCookies(); // as if it had never been kept
    await comeBack(page, { authorizationUrl, challengeToken: "" });
    expect(await said(watched)).toMatch(/^This did not begin in this browser/);
    expect(page.url()).toBe(callback());
    expect(madeFor(watched, email).accounts).toBe(0);
  });

  test("FD-09 a collision says to sign in first, and keeps what links afterwards", async () => {
    const { page, origin } = watched;
    const { address } = await anAccount();
    Object.assign(watched.provider.person, { email: address });
    const sessions = madeFor(watched, address).sessions;
    await goThrough(watched, page, { returnTo: `${origin}/problems` });
    expect(await said(watched)).toMatch(
      /^There is an account here with the address that Nordlys ID has for you\. Sign in to it/,
    );
    expect(madeFor(watched, address)).toEqual({ accounts: 1, identities: 0, sessions });
    expect(await isSignedIn(page)).toBe(false);
    const onward = page.getByRole("link", { name: "Go on" });
    expect(await onward.getAttribute("href")).toBe(`${origin}/problems`);
    const linkToken = await page.evaluate(
      (key) => sessionStorage.getItem(key),
      providerReturn.linkKey,
    );
    await signInHere(watched, address);
    expect(await page.evaluate(claim, String(linkToken))).toBe(201);
    expect(madeFor(watched, address).identities).toBe(1);
  });

  test("FD-09 a collision hands an application what links afterwards", async () => {
    const { page, app } = watched;
    const { address } = await anAccount();
    Object.assign(watched.provider.person, { email: address });
    await goThrough(watched, page, { returnTo: `${app}/in` });
    await page.waitForURL(`${app}/in#**`);
    const { linkToken, state, ...rest } = parametersOf(page.url());
    expect(linkToken).toMatch(/^[\w-]{43}$/);
    expect(state).toMatch(/^[\w-]{43}$/);
    expect(rest).toEqual({ provider: "nordlys" });
    expect(madeFor(watched, address).identities).toBe(0);
  });

  describe("in a popup", () => {
    test("tells its opener that somebody is signed in, and closes", async () => {
      const { page } = watched;
      const { state, message, popup } = await openPopup();
      await popup.getByRole("link", { name: "Allow" }).click();
      expect(await message()).toEqual({ state, outcome: "signed-in" });
      await expect.poll(() => popup.isClosed()).toBe(true);
      expect(await isSignedIn(page)).toBe(true);
      expect(madeFor(watched, email).sessions).toBe(1);
    });

    test("tells its opener that it was refused, and closes", async () => {
      const { state, message, popup } = await openPopup();
      await popup.getByRole("link", { name: "Refuse" }).click();
      expect(await message()).toEqual({ state, outcome: "failed", code: "provider_denied" });
      await expect.poll(() => popup.isClosed()).toBe(true);
      expect(madeFor(watched, email).accounts).toBe(0);
    });

    test("FD-09 hands its opener what links after a collision", async () => {
      const { address } = await anAccount();
      Object.assign(watched.provider.person, { email: address });
      const { state, message, popup } = await openPopup();
      await popup.getByRole("link", { name: "Allow" }).click();
      const said = await message();
      expect(said).toEqual({
        state,
        outcome: "failed",
        code: "identity_collision",
        linkToken: expect.stringMatching(/^[\w-]{43}$/) as string,
      });
      await expect.poll(() => popup.isClosed()).toBe(true);
      expect(madeFor(watched, address).identities).toBe(0);
    });

    test("FD-17 asks for the second factor before it tells anything", async () => {
      const { page } = watched;
      const { api, address } = await anAccount();
      await signInHere(watched, address);
      await goThrough(watched, page, { path: LINK });
      await said(watched);
      const { app } = await addTotpOver(api);
      await signOut();
      const { state, message, popup } = await openPopup();
      await popup.getByRole("link", { name: "Allow" }).click();
      await popup.getByLabel("Code", { exact: true }).fill(app.codeAt(Date.now()));
      expect(await heard()).toEqual([]);
      await popup.getByRole("button", { name: "Sign in", exact: true }).click();
      expect(await message()).toEqual({ state, outcome: "signed-in" });
      await expect.poll(() => popup.isClosed()).toBe(true);
    });

    /** As the SDK does it: the window first, or the browser would block it; then the flow, into the window's storage. */
    async function openPopup() {
      const { page, origin } = watched;
      await page.goto(`${origin}/reset`);
      const opened = page.context().waitForEvent("page");
      const state = await page.evaluate(openFlow, { path: SIGN_IN, names: providerReturn });
      const popup = await opened;
      await popup.waitForURL(/^http:\/\/127\.0\.0\.1/);
      const message = async () => {
        await expect.poll(heard, { timeout: 10_000 }).toHaveLength(1);
        return (await heard())[0];
      };
      return { state, popup, message };
    }

    function heard(): Promise<unknown[]> {
      return watched.page.evaluate(() => Reflect.get(window, "heard") as unknown[]); // put there by `openFlow`
    }
  });
});

/** Runs in the page. Answers the state. */
async function openFlow({
  path,
  names,
}: {
  readonly path: string;
  readonly names: typeof providerReturn;
}): Promise<string> {
  const heard: unknown[] = [];
  Reflect.set(window, "heard", heard);
  new BroadcastChannel(names.channel).onmessage = ({ data }: MessageEvent<unknown>) =>
    void heard.push(data);
  const popup = window.open("about:blank", "", "popup,width=480,height=640");
  if (popup === null) throw new Error("It was blocked");
  const headers = { "content-type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: "{}" });
  const { authorizationUrl, challengeToken } = (await answer.json()) as {
    authorizationUrl: string;
    challengeToken: string;
  }; // the contract's answer
  const state = new URL(authorizationUrl).searchParams.get("state") ?? "";
  const flow: BegunFlow = { challengeToken, isPopup: true };
  popup.sessionStorage.setItem(names.flowKey + state, JSON.stringify(flow));
  popup.location.href = authorizationUrl;
  return state;
}

/** Runs in the page: links what collided. Answers the status. */
async function claim(linkToken: string): Promise<number> {
  const csrf = /csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const headers = { "content-type": "application/json", "x-csrf-token": csrf };
  const body = JSON.stringify({ linkToken });
  const answer = await fetch("/me/identities/claim", { method: "POST", headers, body });
  await answer.text(); // or leaving the page would cut it
  return answer.status;
}

/** The page that a provider leads back to, as it waits and as it says that nobody is let in. */
import type { Route } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser } from "../support/browser.ts";
import { freshEmail, signedInClient } from "../support/clients.ts";
import { faintTexts } from "../support/contrast.ts";
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
  useProviderPages,
} from "../support/provider-pages.ts";
import { addTotpOver } from "../support/second-factors.ts";

/** As wide as a name may be, without a place to break it. */
const LONG_NAME = "W".repeat(64);
const OTHER = "/login/providers/other";

let watched: ProviderPage;
let email: string;

async function anAccount() {
  const { api, email: address } = await signedInClient(watched.origin);
  inDatabase(watched, "update users set email_verified = 1 where email = ?", address);
  return { api, address };
}

const looks = [390, 1280].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** Holds the page to what people need in each look, and writes pictures. */
async function isWell(where: string): Promise<void> {
  const { page, shoot } = watched;
  for (const { width, colorScheme } of looks) {
    const look = `${where} ${width} ${colorScheme}`;
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), look).toBe(width);
    expect(await faintTexts(page.locator("body")), look).toEqual([]);
    expect(await page.locator("h1:visible").count(), look).toBe(1);
    for (const pressed of await page.locator("button, input, summary").all())
      if (await pressed.isVisible())
        expect((await pressed.boundingBox())?.height, look).toBeGreaterThanOrEqual(42);
    await shoot(`provider-${where}-${width}-${colorScheme}`);
  }
}

describe.skipIf(noBrowser)("the page that a provider leads back to", () => {
  const newPage = useProviderPages({
    SERVICE_NAME: LONG_NAME,
    PROVIDER_OTHER_NAME: LONG_NAME,
    PROVIDER_OTHER_SIGNUP: "off",
  });
  beforeEach(async () => {
    watched = await newPage();
    email = freshEmail();
    for (const { person } of [watched.provider, watched.other])
      Object.assign(person, { sub: email, email });
  });
  afterEach(() => watched.page.context().close());

  const nothing = { accounts: 0, identities: 0, sessions: 0 };

  test("waits in words, and where the server is not reached tries again by a button", async () => {
    const { page } = watched;
    const held = Promise.withResolvers<Route>();
    await page.route("**/complete", (route) => held.resolve(route));
    await goThrough(watched, page);
    const waiting = page.getByText("Nordlys ID has sent you back here. One moment.");
    await waiting.waitFor();
    expect(await page.getByRole("button").count()).toBe(0);
    await isWell("waiting");
    await (await held.promise).abort();
    expect(await said(watched)).toBe("The server could not be reached. Try again.");
    await waiting.waitFor({ state: "hidden" });
    await isWell("unreachable");
    expect(madeFor(watched, email)).toEqual(nothing);
    await page.unroute("**/complete");
    expect(await press(watched, "Try again")).toBe(`You are signed in as ${email}.`);
    const status = page.locator("[role=status]");
    await expectFocus(status); // it was on the button
    await isWell("signed-in");
    expect(madeFor(watched, email)).toEqual({ accounts: 1, identities: 1, sessions: 1 });
  });

  test("asks for the second step in each look", async () => {
    const { page } = watched;
    const { api, address } = await anAccount();
    await signInHere(watched, address);
    await goThrough(watched, page, { path: LINK });
    expect(await said(watched)).toMatch(/^Nordlys ID is linked/);
    await isWell("linked");
    await addTotpOver(api);
    await page.context().clearCookies();
    await goThrough(watched, page);
    await page.locator("form.second-step").waitFor();
    await isWell("second-step");
  });

  test.each<{ readonly says: RegExp; readonly name: string; readonly lead: () => Promise<void> }>([
    {
      name: "FD-19 cancelled there",
      says: /^Nothing was done: it was cancelled at Nordlys ID/,
      lead: () => goThrough(watched, watched.page, {}, "Refuse"),
    },
    {
      name: "FD-04 a lie",
      says: /^The answer of Nordlys ID is not what it must be, so it was not believed\./,
      lead() {
        watched.provider.knobs.claims = (claims) => ({ ...claims, nonce: "another" });
        return goThrough(watched, watched.page);
      },
    },
    {
      name: "FD-15 a provider that is down",
      says: /^Nordlys ID does not answer now\. Wait a little/,
      async lead() {
        const begun = await beginHere(watched, watched.page);
        const back = watched.provider.approve(begun.authorizationUrl).href;
        watched.provider.knobs.down = true;
        await watched.page.goto(back);
      },
    },
    {
      name: "FD-11 an address that nobody vouches for",
      says: /^Nordlys ID does not say that your address is yours/,
      lead() {
        watched.provider.person.email_verified = false;
        return goThrough(watched, watched.page);
      },
    },
    {
      name: "FD-07 nobody, where no accounts are made",
      says: /^No account here is linked to this sign-in, and none is made for it\./,
      lead: () => goThrough(watched, watched.page, { path: OTHER }),
    },
    {
      name: "FD-02 what did not begin here",
      says: /^This did not begin in this browser, or it was used, or it is too old\./,
      async lead() {
        const begun = await beginHere(watched, watched.page);
        await watched.page.context().clearCookies();
        await comeBack(watched.page, begun);
      },
    },
    {
      name: "FD-19 nothing",
      says: /^Nothing is left here of what W+ answered/,
      lead: async () => void (await watched.page.goto(watched.callback("other"))),
    },
  ])("$name is told in words, in each look, and makes nothing", async ({ name, says, lead }) => {
    const { page } = watched;
    await lead();
    expect(await said(watched)).toMatch(says);
    expect(await page.locator("form:visible").count()).toBe(0);
    await page.getByRole("link", { name: "Start page" }).waitFor();
    await isWell(name.toLowerCase().replaceAll(" ", "-"));
    expect(await isSignedIn(page)).toBe(false);
    expect(madeFor(watched, email)).toEqual(nothing);
  });

  test("FD-09 a collision, and an identity that is another account's, are told in words in each look", async () => {
    const { page } = watched;
    const { address } = await anAccount();
    watched.provider.person.email = address;
    await goThrough(watched, page);
    expect(await said(watched)).toMatch(/^There is an account here with the address/);
    await isWell("collision");
    expect(madeFor(watched, address).identities).toBe(0);

    await signInHere(watched, address);
    const begun = await beginHere(watched, page, { path: LINK });
    const owner = await anAccount();
    inDatabase(
      watched,
      "insert into identities select 'an-id', id, 'other', ?, ?, null, 1000, null from users where email = ?",
      watched.provider.issuer,
      email,
      owner.address,
    );
    await comeBack(page, begun);
    expect(await said(watched)).toMatch(
      /^This sign-in at Nordlys ID is linked to another account here/,
    );
    await isWell("taken");
    expect(madeFor(watched, address).identities).toBe(0);
  });

  test("without scripts says so, and has nothing to press", async () => {
    const { page, callback } = await newPage({ javaScriptEnabled: false });
    await page.goto(`${callback()}?state=x&code=x`);
    await page.locator("noscript p").waitFor();
    expect(await page.getByRole("button").count()).toBe(0);
    await page.context().close();
  });
});

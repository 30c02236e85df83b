/** `/sign-in` and `/sign-up` with a provider: there, back by the server's own page, and on. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser } from "../support/browser.ts";
import { cookieClient, freshEmail } from "../support/clients.ts";
import { handOn, heading, screens } from "../support/hands.ts";
import { anAccount } from "../support/owners.ts";
import { expectNothingLeft, pressOn } from "../support/page-proofs.ts";
import {
  inDatabase,
  isSignedIn,
  madeFor,
  type ProviderPage,
  useProviderPages,
} from "../support/provider-pages.ts";
import { variablesOf } from "../support/provider-steps.ts";
import { addTotpOver } from "../support/second-factors.ts";
import { openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-in with a provider", () => {
  const newPage = useProviderPages({
    PROVIDERS: "nordlys,dead",
    // A port on which nobody listens.
    ...variablesOf("dead", "http://127.0.0.1:1", { NAME: "Dead ID" }),
  });
  let watched: ProviderPage;
  afterEach(() => watched.page.context().close());

  function vouchFor(email: string): void {
    Object.assign(watched.provider.person, { email, email_verified: true, sub: email });
  }

  test.each(screens)(
    "PG-03 somebody new gets an account, and goes on to the application, at %s",
    async (_, options, hand) => {
      watched = await newPage(options);
      const { page, app, provider } = watched;
      const email = freshEmail();
      vouchFor(email);
      await openPage(watched, `/sign-up?return_to=${encodeURIComponent(`${app}/in`)}`);
      await handOn(page, hand).press("Continue with Nordlys ID");
      const allow = page.getByRole("link", { name: "Allow" });
      if (hand === "mouse") await allow.click();
      else await pressOn(page, allow);
      await page.waitForURL(`${app}/in`);
      expect(await isSignedIn(page)).toBe(true);
      expect(madeFor(watched, email)).toMatchObject({ accounts: 1, identities: 1 });
      await page.goto(`${watched.origin}/problems`);
      await expectNothingLeft(page, provider.secrets);
    },
  );

  test("PG-03 an account with an app is asked for its code on the way, and not again", async () => {
    watched = await newPage();
    const { page, app } = watched;
    const email = freshEmail();
    vouchFor(email);
    await openPage(watched, `/sign-in`);
    await handOn(page, "mouse").press("Continue with Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).click();
    await page.waitForURL(`${watched.origin}/account`);
    const cookies = await page.context().cookies();
    const header = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const jar = { cookieHeader: () => header, setCookies: () => undefined };
    const { app: totp } = await addTotpOver(cookieClient(watched.origin, { cookies: jar }));
    await page.context().clearCookies();
    await openPage(watched, `/sign-in?return_to=${encodeURIComponent(`${app}/in`)}`);
    await handOn(page, "mouse").press("Continue with Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).click();
    await page.getByLabel("Code", { exact: true }).fill(totp.codeAt(Date.now()));
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.waitForURL(`${app}/in`);
    expect(await isSignedIn(page)).toBe(true);
  });

  test("FD-09 an account with the same address is signed in to first, and linked then", async () => {
    watched = await newPage();
    const { page } = watched;
    const { email, password } = await anAccount(watched.origin);
    inDatabase(watched, "update users set email_verified = 1 where email = ?", email);
    vouchFor(email);
    await openPage(watched, "/sign-in?return_to=/problems");
    await handOn(page, "mouse").press("Continue with Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).click();
    expect(await isSignedIn(page)).toBe(false);
    await page.getByRole("link", { name: "Sign in", exact: true }).click();
    await heading(page, "Sign in");
    await page.getByText(/There is an account here with the address/).waitFor();
    const { type, press } = handOn(page, "mouse");
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
    await page.getByText(/Your account is linked/).waitFor();
    expect(madeFor(watched, email)).toMatchObject({ accounts: 1, identities: 1 });
    await expectNothingLeft(page, [password]);
    await press("Go on");
    await page.waitForURL(`${watched.origin}/problems`);
  });

  test("PG-07 a provider that does not answer leaves the other ways", async () => {
    watched = await newPage();
    const { page } = watched;
    await openPage(watched, "/sign-in");
    await handOn(page, "mouse").press("Continue with Dead ID");
    await page.getByText(/The provider does not answer now/).waitFor();
    expect(await page.getByRole("button", { name: "Sign in", exact: true }).isEnabled()).toBe(true);
  });

  test("PG-07 Back from a provider finds buttons that can be pressed", async () => {
    watched = await newPage();
    const { page } = watched;
    await openPage(watched, "/sign-in");
    await handOn(page, "mouse").press("Continue with Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).waitFor();
    await page.goBack();
    await handOn(page, "mouse").press("Continue with Nordlys ID");
    await page.getByRole("link", { name: "Allow" }).waitFor();
  });
});

/** The page of a mailed sign-in, for accounts with a second factor: no session before it is proved. */
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { signedInClient } from "../support/clients.ts";
import { faintTexts } from "../support/contrast.ts";
import { PASSWORD } from "../support/credentials.ts";
import {
  callHere,
  linkTo,
  openLink,
  press,
  said,
  tabTo,
  unlimitedChallenges,
} from "../support/mailed-links.ts";
import { expectFocus } from "../support/page-proofs.ts";
import { addTotpOver } from "../support/second-factors.ts";
import { addAuthenticator } from "../support/virtual-authenticator.ts";

let watched: WatchedPage;

/** An account whose address is proved: else the mail would take its second factors away (EM-06). */
async function anAccount() {
  const { api, email } = await signedInClient(watched.origin);
  prove(email);
  return { api, email };
}

function prove(email: string): void {
  const database = new DatabaseSync(watched.databaseFile, { timeout: 5_000 });
  database.prepare("update users set email_verified = 1 where email = ?").run(email);
  database.close();
}

/** Asks in this browser to be signed in, opens the link of that mail and presses its button. */
async function takeFirstStep(email: string) {
  await callHere(watched, "/login/mail", { email });
  await openLink(watched, await linkTo(watched, email));
  await watched.page.getByRole("button", { name: "Sign in", exact: true }).click();
  await watched.page.locator("form.second-step").waitFor();
  expect(await isSignedIn()).toBe(false);
}

async function isSignedIn(): Promise<boolean> {
  return (await watched.page.context().cookies()).some(({ name }) => name === SESSION_COOKIE);
}

describe.skipIf(noBrowser)("/login/mail for an account with a second factor", () => {
  const newPage = useBrowser(() => ({
    SIGNUP: "open",
    MAIL_LOGIN: "on",
    ...unlimitedChallenges,
  }));
  beforeEach(async () => {
    watched = await newPage();
  });
  afterEach(() => watched.page.context().close());

  test("MF-01 asks for a code of the app, says why one was refused, and signs in by keyboard", async () => {
    const { page, faults } = watched;
    const { api, email } = await anAccount();
    const { app } = await addTotpOver(api);
    await takeFirstStep(email);

    const code = page.getByLabel("Code", { exact: true });
    await expectFocus(code);
    expect(await code.getAttribute("autocomplete")).toBe("one-time-code");
    expect(await page.locator(`#${await code.getAttribute("aria-describedby")}`).innerText()).toBe(
      "The 6 digits that your authenticator app shows now.",
    );
    await page.keyboard.type("12");
    await page.keyboard.press("Enter");
    expect(await said(watched)).toBe("Must be the 6 digits that the authenticator app shows.");
    expect(await code.getAttribute("aria-invalid")).toBe("true");
    await page.keyboard.type(app.wrongAt(Date.now())); // over what was typed, which is selected
    await page.keyboard.press("Enter");
    await expect.poll(() => said(watched)).toMatch(/^This code was not taken/);
    expect(await isSignedIn()).toBe(false);
    await page.keyboard.type(app.codeAt(Date.now()));
    await page.keyboard.press("Enter");
    await expect.poll(() => said(watched)).toMatch(`You are signed in as ${email}.`);
    expect(await page.locator("form:visible").count()).toBe(0);
    expect(await isSignedIn()).toBe(true);
    expect(await faults()).toEqual([]);
  });

  test("MF-04 takes a recovery code instead, and says what to do where all is lost", async () => {
    const { page, faults } = watched;
    const { api, email } = await anAccount();
    const { recoveryCodes } = await addTotpOver(api);
    await takeFirstStep(email);

    await tabTo(page, "I have lost all of these");
    await page.keyboard.press("Enter");
    await page.getByText("Then only the people who run Portcullis").waitFor();
    await page.getByRole("button", { name: "Lost your device? Use a recovery code" }).click();
    const field = page.getByLabel("Recovery code", { exact: true });
    await expectFocus(field);
    await field.fill("0000-0000-0000-0000-0000-0000");
    expect(await press(watched, "Sign in")).toMatch(/^This recovery code was not taken/);
    await page.getByRole("button", { name: "Use the authenticator app" }).click();
    expect(await page.locator("[role=status]").innerText()).toBe(""); // that was of the other way
    await page.getByRole("button", { name: "Lost your device? Use a recovery code" }).click();
    await field.fill(` ${recoveryCodes[0]?.toLowerCase()} `);
    expect(await press(watched, "Sign in")).toContain(`You are signed in as ${email}.`);
    expect(await isSignedIn()).toBe(true);
    expect(await faults()).toEqual([]);
  });

  test("MF-06 after too many wrong codes says to sign in from the beginning, and signs nobody in", async () => {
    const { page } = watched;
    const { api, email } = await anAccount();
    const { app } = await addTotpOver(api);
    await takeFirstStep(email);
    const code = page.getByLabel("Code", { exact: true });
    for (let tries = 0; tries < 5; tries += 1) {
      await code.fill(app.wrongAt(Date.now()));
      expect(await press(watched, "Sign in")).toMatch(/^This code was not taken/);
    }
    await code.fill(app.codeAt(Date.now()));
    expect(await press(watched, "Sign in")).toMatch(/was tried too often.* from the beginning\.$/);
    expect(await page.locator("form:visible").count()).toBe(0);
    expect(await isSignedIn()).toBe(false);
  });

  test("MF-01 asks the browser for a passkey; one that is not used may be tried again", async () => {
    const { page, faults } = watched;
    const { email } = await anAccount();
    await addAuthenticator(page);
    await callHere(watched, "/login", { email, password: PASSWORD });
    expect(await page.evaluate(addPasskeyHere, CSRF_HEADER)).toBe(201);
    await page.context().clearCookies();
    await takeFirstStep(email);

    await page.evaluate(cancelNextPasskey);
    expect(await press(watched, "Use the passkey")).toBe(
      "No passkey was used. Try again, or use another way.",
    );
    expect(await isSignedIn()).toBe(false);
    expect(
      await page.getByRole("button", { name: "Lost your device? Use a recovery code" }).isVisible(),
    ).toBe(true);
    await page.keyboard.press("Enter"); // the focus stayed on the button
    await expect.poll(() => said(watched)).toMatch(`You are signed in as ${email}.`);
    expect(await isSignedIn()).toBe(true);
    expect(await faults()).toEqual([]);
  });

  test("is whole and readable in each look", async () => {
    const { api, email } = await anAccount();
    await addTotpOver(api);
    await takeFirstStep(email);
    const { page, shoot } = watched;
    await page.getByText("I have lost all of these").click();
    for (const width of [390, 1280])
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(await faintTexts(page.locator("body"))).toEqual([]);
        for (const pressed of await page.locator("button, input, summary").all())
          if (await pressed.isVisible())
            expect((await pressed.boundingBox())?.height).toBeGreaterThanOrEqual(42);
        await shoot(`mail-login-second-step-${width}-${colorScheme}`);
      }
  });
});

/** Runs in the page: the person closes the browser's dialog, once. */
function cancelNextPasskey(): void {
  const { credentials } = navigator;
  Object.assign(credentials, {
    get() {
      Reflect.deleteProperty(credentials, "get");
      return Promise.reject(new DOMException("Closed", "NotAllowedError"));
    },
  });
}

interface PasskeySetup {
  readonly setupToken: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

/** Runs in the page: adds a passkey to the account that is signed in there; answers the status. */
async function addPasskeyHere(csrfHeader: string): Promise<number> {
  const proof = /csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const headers = { "content-type": "application/json", [csrfHeader]: proof };
  const begun = await fetch("/me/passkeys/start", { method: "POST", headers });
  const { setupToken, options } = (await begun.json()) as PasskeySetup; // the contract's answer
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  const body = JSON.stringify({ setupToken, credential });
  const added = await fetch("/me/passkeys", { method: "POST", headers, body });
  await added.text(); // or leaving the page would cut it
  return added.status;
}

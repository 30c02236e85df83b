/** `/sign-in` with a passkey: by its button, in the field of the address, and as the second step. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { freePort } from "../support/free-port.ts";
import { handOn, heading } from "../support/hands.ts";
import { anAccount } from "../support/owners.ts";
import { expectSound } from "../support/page-proofs.ts";
import { arriveAt, hasSession, openPage } from "../support/sign-in-pages.ts";
import { addAuthenticator } from "../support/virtual-authenticator.ts";

const port = await freePort();

describe.skipIf(noBrowser)("/sign-in with a passkey", () => {
  // Known beforehand: passkeys are bound to PUBLIC_URL, whose host is `localhost`.
  const newPage = useBrowser(() => ({
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    SIGNUP: "open",
    SECOND_FACTOR: "required",
  }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  /** Signs in by password, is asked for a second factor, adds a passkey, and signs out again. */
  async function anOwner() {
    const { page } = watched;
    const account = await anAccount(watched.origin);
    const { type, press } = handOn(page, "mouse");
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", account.email);
    await type("Password", account.password);
    await press("Sign in");
    await heading(page, "Set up a second step");
    await press("Add a passkey");
    await page.getByRole("checkbox").check();
    await page.getByRole("main").getByRole("button").last().click();
    await arriveAt(watched, "/problems");
    await page.context().clearCookies();
    return account;
  }

  test("PG-03 the button signs in, also after it came to nothing, by keyboard", async () => {
    watched = await newPage();
    const { page } = watched;
    const authenticator = await addAuthenticator(page);
    await anOwner();
    await authenticator.setPresence(false);
    await openPage(watched, "/sign-in?return_to=/problems");
    await page.getByLabel("E-mail address").waitFor();
    await authenticator.setVerified(false);
    await authenticator.setPresence(true);
    const { press } = handOn(page, "keyboard");
    await press("Use a passkey");
    await page.getByText(/No passkey was used/).waitFor();
    expect(await hasSession(page)).toBe(false);
    await authenticator.setVerified(true);
    if (!(await hasSession(page))) await press("Use a passkey").catch(() => undefined);
    await arriveAt(watched, "/problems");
  });

  test("PG-03 a passkey that is chosen in the field of the address signs in", async () => {
    watched = await newPage();
    const { page } = watched;
    const authenticator = await addAuthenticator(page);
    await anOwner();
    await authenticator.setPresence(false);
    await openPage(watched, "/sign-in?return_to=/problems");
    const field = page.getByLabel("E-mail address");
    expect(await field.getAttribute("autocomplete")).toBe("username webauthn");
    // The authenticator chooses as soon as the page asks, and never for a request that waits already.
    await authenticator.setPresence(true);
    await page.reload();
    await arriveAt(watched, "/problems");
  });

  test("PG-03 after the password the passkey is the second step", async () => {
    watched = await newPage();
    const { page } = watched;
    const authenticator = await addAuthenticator(page);
    const { email, password } = await anOwner();
    await authenticator.setPresence(false);
    const { type, press } = handOn(page, "keyboard");
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", email);
    await type("Password", password);
    await press("Sign in");
    await heading(page, "One more step");
    expect(await hasSession(page)).toBe(false);
    await authenticator.setPresence(true);
    await press("Use the passkey");
    await arriveAt(watched, "/problems");
  });

  test("PG-07 whoever types instead leaves no passkey waiting", async () => {
    watched = await newPage();
    const { page } = watched;
    await addAuthenticator(page).then((authenticator) => authenticator.setPresence(false));
    await openPage(watched, "/sign-in");
    await handOn(page, "mouse").follow("Create an account");
    await heading(page, "Create an account");
    await page.goBack();
    await heading(page, "Sign in");
    await expectSound(watched);
  });
});

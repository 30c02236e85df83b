/** `/sign-in` by a mailed code or link. */
import { afterEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { handOn, heading, screens } from "../support/hands.ts";
import { codeIn, nthMailTo } from "../support/mailbox.ts";
import { linkTo } from "../support/mailed-links.ts";
import { anAccount } from "../support/owners.ts";
import { expectAccessible, expectNothingLeft, expectSound } from "../support/page-proofs.ts";
import { arriveAt, hasSession, openPage } from "../support/sign-in-pages.ts";

describe.skipIf(noBrowser)("/sign-in by mail", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open", MAIL_LOGIN: "on" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test.each(screens)("PG-03 a wrong code, then the right one, at %s", async (_, options, hand) => {
    watched = await newPage(options);
    const { page, outbox } = watched;
    const { email } = await anAccount(watched.origin);
    const { type, press } = handOn(page, hand);
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", email);
    await press("Send me a code by e-mail");
    await heading(page, "Check your e-mail");
    await type("Code from the e-mail", "1234 5678");
    await press("Sign in");
    await page.getByText(/^This code was not taken/).waitFor();
    const code = codeIn(await nthMailTo(outbox, email));
    await type("Code from the e-mail", code);
    await press("Sign in");
    await arriveAt(watched, "/problems");
    await expectNothingLeft(page, [code, code.replace(" ", "")]);
    await expectSound(watched);
  });

  test("PG-03 without an address it is asked for, and nobody is told whether it is known", async () => {
    watched = await newPage();
    const { page } = watched;
    const { email } = await anAccount(watched.origin);
    const { type, press } = handOn(page, "keyboard");
    const says = [];
    for (const address of [email, "nobody@example.org"]) {
      await openPage(watched, "/sign-in");
      await press("Send me a code by e-mail");
      await heading(page, "Sign in by e-mail");
      await type("E-mail address", address);
      await press("Send the code");
      await heading(page, "Check your e-mail");
      const text = await page.getByRole("main").innerText();
      says.push(text.replaceAll(address, "{email}").replaceAll(/\d+ second/g, "{n} second"));
    }
    expect(says[0]).toBe(says[1]);
    await expectAccessible(page);
    await expectSound(watched);
  });

  test("PG-07 after a reload the code is still good, also for whoever says that there is one", async () => {
    watched = await newPage();
    const { page, outbox } = watched;
    const { email } = await anAccount(watched.origin);
    const { type, press, follow } = handOn(page, "mouse");
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", email);
    await press("Send me a code by e-mail");
    await heading(page, "Check your e-mail");
    await page.reload();
    await heading(page, "Check your e-mail");
    await openPage(watched, "/sign-in?view=mail&return_to=/problems");
    await follow("I have a code already");
    await type("Code from the e-mail", codeIn(await nthMailTo(outbox, email)));
    await press("Sign in");
    await arriveAt(watched, "/problems");
    await expectSound(watched);
  });

  test("PG-07 the link of the mail signs in in another tab, and this one notices", async () => {
    watched = await newPage();
    const { page } = watched;
    const { email } = await anAccount(watched.origin);
    const { type, press } = handOn(page, "mouse");
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", email);
    await press("Send me a code by e-mail");
    await heading(page, "Check your e-mail");
    const other = await page.context().newPage();
    await other.goto(await linkTo(watched, email));
    await other.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect.poll(() => hasSession(page)).toBe(true);
    await heading(page, "You are signed in");
    await page.getByText(email).waitFor();
    await press("Go on");
    await arriveAt(watched, "/problems");
  });

  test("PG-07 another mail can be sent after a while, and its code is the good one", async () => {
    watched = await newPage();
    const { page, outbox } = watched;
    const { email } = await anAccount(watched.origin);
    const { type, press } = handOn(page, "mouse");
    await page.clock.install();
    await openPage(watched, "/sign-in?return_to=/problems");
    await type("E-mail address", email);
    await press("Send me a code by e-mail");
    await page.getByText(/Another mail in \d+ seconds/).waitFor();
    await page.clock.fastForward("00:31");
    await press("Send another mail");
    await type("Code from the e-mail", codeIn(await nthMailTo(outbox, email, 2)));
    await press("Sign in");
    await arriveAt(watched, "/problems");
  });
});

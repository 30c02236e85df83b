import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { consoleSettings, forgetProofs, open, signInto, somebody } from "../support/console.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { heading, narrow } from "../support/hands.ts";
import { nthMailTo } from "../support/mailbox.ts";
import { pressOn, typeInto } from "../support/page-proofs.ts";
import { runSql } from "../support/passkey-pages.ts";

let watched: WatchedPage;

const links = () => watched.page.locator("main .row .name a");

describe.skipIf(noBrowser)("users in the console", () => {
  const newPage = useBrowser(() => consoleSettings);
  beforeEach(async () => {
    watched = await newPage();
    await signInto(watched);
  });
  afterEach(() => watched.page.context().close());

  test("the search finds while somebody types, and a late answer to fewer letters is dropped", async () => {
    const { page, origin } = watched;
    const { email } = await somebody(origin, "198.51.100.4", `findable-${freshEmail()}`);
    await open(watched, "/admin/users", "Users");
    await links().first().waitFor();
    let held: (() => void) | undefined;
    await page.route(/\/users\?.*q=find(&|$)/, async (route) => {
      await new Promise<void>((resolve) => (held = resolve));
      await route.fulfill({ json: { items: [], nextCursor: null } });
    });
    const field = page.getByLabel("Search by address or name");
    await field.fill("find");
    await expect.poll(() => held !== undefined).toBe(true);
    await field.fill("FINDABLE-");
    await expect.poll(() => links().allInnerTexts()).toEqual([email]);
    held?.();
    await page.waitForTimeout(300);
    expect(await links().allInnerTexts()).toEqual([email]);
    expect(page.url()).not.toContain("find");
    await links().first().click();
    await heading(page, email);
    await page.goBack();
    await expect.poll(() => links().allInnerTexts()).toEqual([email]);
  });

  test("filters, and pages there and back", async () => {
    const { page, origin } = watched;
    const api = cookieClient(origin);
    for (let at = 0; at < 24; at += 1)
      dataOf(await api.signup({ email: `page-${at}-${freshEmail()}`, password: PASSWORD }));
    await open(watched, "/admin/users", "Users");
    await expect.poll(() => links().count()).toBe(20);
    await page.getByLabel("Search by address or name").fill("page-");
    const others = links().filter({ hasNotText: "page-" });
    await expect.poll(() => others.count()).toBe(0); // without the search there are as many
    await expect.poll(() => links().count()).toBe(20);
    await page.getByRole("button", { name: "Next page" }).click();
    await expect.poll(() => links().count()).toBe(4);
    expect(await page.evaluate(() => [scrollY, document.activeElement?.className])).toEqual([
      0,
      "card rows",
    ]);
    await page.getByRole("button", { name: "Previous page" }).click();
    await expect.poll(() => links().count()).toBe(20);
    await page.getByLabel("Search by address or name").fill("");
    await page.getByLabel("Role").selectOption("admin");
    await expect.poll(() => links().allInnerTexts()).toEqual([ADMIN.email]);
    await page.getByLabel("State").selectOption("disabled");
    await page.getByText("No account fits.").waitFor();
  });

  test("an invitation asks for a proof that is recent, goes out, and waits in the list", async () => {
    const { page, outbox, databaseFile } = watched;
    const email = freshEmail();
    forgetProofs(databaseFile);
    await open(watched, "/admin/users", "Users");
    await page.getByRole("button", { name: "Invite somebody" }).click();
    const dialog = page.getByRole("dialog", { name: "Invite somebody" });
    await dialog.getByLabel("E-mail address").fill(email);
    await dialog.getByLabel("Role").selectOption("admin");
    const languages = dialog.getByLabel("Language of the mail").locator("option");
    expect(await languages.allInnerTexts()).toEqual(["English", "German"]);
    await dialog.getByRole("button", { name: "Send the invitation" }).click();
    const password = page.locator("dialog input[type=password]");
    await password.fill(ADMIN.password);
    expect(runSql(databaseFile, "SELECT id FROM challenges WHERE purpose = 'invitation'")).toEqual(
      [],
    );
    await password.press("Enter");
    await page.getByText(`Invitation sent to ${email}.`).waitFor();
    await nthMailTo(outbox, email);
    const waiting = page.getByRole("region", { name: "Invited, and not here yet" });
    await waiting.getByText(email).waitFor();
  });
});

describe.skipIf(noBrowser)("users in a narrow page, by keyboard alone", () => {
  const newPage = useBrowser(() => consoleSettings);
  afterEach(() => watched.page.context().close());

  test("PG-03 somebody is invited, a taken address is said at its field, and somebody is found", async () => {
    watched = await newPage(narrow);
    const { page, origin, outbox } = watched;
    await signInto(watched);
    const ada = await somebody(origin);
    const email = freshEmail();
    await open(watched, "/admin/users", "Users");
    await pressOn(page, page.getByRole("button", { name: "Invite somebody" }));
    const dialog = page.getByRole("dialog", { name: "Invite somebody" });
    const field = dialog.getByLabel("E-mail address");
    await typeInto(page, field, ada.email);
    await page.keyboard.press("Enter");
    await dialog.getByText("There is an account with this address already.").waitFor();
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await typeInto(page, field, email);
    await page.keyboard.press("Enter");
    await page.getByText(`Invitation sent to ${email}.`).waitFor();
    await nthMailTo(outbox, email);
    await typeInto(page, page.getByLabel("Search by address or name"), ada.email);
    await expect.poll(() => links().allInnerTexts()).toEqual([ada.email]);
    await pressOn(page, links().first());
    await heading(page, ada.email);
  });
});

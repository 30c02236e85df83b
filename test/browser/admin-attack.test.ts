import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { dataOf } from "../support/clients.ts";
import { attack, consoleSettings, open, signInto, somebody } from "../support/console.ts";
import { PASSWORD } from "../support/credentials.ts";
import { narrow } from "../support/hands.ts";
import { pressOn, typeInto } from "../support/page-proofs.ts";
import { runSql } from "../support/passkey-pages.ts";

let watched: WatchedPage;

describe.skipIf(noBrowser)("an attack, found out and stopped", () => {
  const newPage = useBrowser(() => consoleSettings);
  afterEach(() => watched.page.context().close());

  describe("by clicking, in a wide page", () => {
    beforeEach(async () => {
      watched = await newPage();
      await signInto(watched);
    });

    test("from the overview to the address, to the account that it got in to, and its sessions end", async () => {
      const { page, origin } = watched;
      const ada = await somebody(origin);
      const attacker = await attack(origin, ada.email, "203.0.113.20", 30);
      dataOf(await attacker.login({ email: ada.email, password: PASSWORD }));
      await open(watched, "/admin", "Overview");
      await page.getByRole("link", { name: "30 from one address" }).click();
      await page.getByText("It got in to 1 account after it was refused.").waitFor();
      const verdict = page.locator(".attempt", { hasText: ada.email });
      expect(await verdict.innerText()).toMatch(/got in .*\nRefused 30 times/s);
      await verdict.getByRole("link", { name: ada.email }).click();
      await page.getByRole("button", { name: `Remove: ${ada.email}` }).waitFor();
      await page.getByRole("link", { name: `Open the account ${ada.email}` }).click();
      await page.getByText("1 network address got in after it was refused.").waitFor();
      const sessions = page.getByRole("region", { name: "Sessions" });
      await sessions.getByText("203.0.113.20").waitFor();
      await sessions.getByRole("button", { name: `End all sessions ${ada.email}` }).click();
      await page.getByRole("dialog", { name: `End all sessions of ${ada.email}?` }).waitFor();
      await page.getByRole("dialog").getByRole("button", { name: "End all sessions" }).click();
      await page.getByText(`All sessions of ${ada.email} have ended.`).waitFor();
      expect((await attacker.getMe()).status).toBe(401);
      expect((await ada.api.getMe()).status).toBe(401);
    });

    test("an address that was in before, and one that never got in, are told apart", async () => {
      const { page, origin } = watched;
      const ada = await somebody(origin, "203.0.113.30");
      await attack(origin, ada.email, "203.0.113.30", 1);
      await attack(origin, ada.email, "203.0.113.31", 2);
      await open(watched, `/admin/users/${ada.id}`, ada.email);
      await page.getByText("Nobody who was refused got in afterwards, nor did anybody").waitFor();
      const verdictOf = (ip: string) => page.locator(".attempt", { hasText: ip }).innerText();
      expect(await verdictOf("203.0.113.30")).toContain("was in before");
      expect(await verdictOf("203.0.113.31")).toContain("did not get in");
    });

    test("guesses from many addresses, and in from one that was never refused: it is shown on both pages", async () => {
      const { page, origin } = watched;
      const ada = await somebody(origin, "203.0.113.10");
      for (const ip of [20, 21, 22, 23]) await attack(origin, ada.email, `203.0.113.${ip}`, 1);
      const attacker = await attack(origin, ada.email, "203.0.113.99", 0);
      dataOf(await attacker.login({ email: ada.email, password: PASSWORD }));
      for (const [path, title] of [
        [`/admin/users/${ada.id}`, ada.email],
        [`/admin/events?user=${ada.id}`, "Events"],
      ] as const) {
        await open(watched, path, title);
        const first = page.locator(".attempt").first();
        await first.getByText(/^got in .*, without being refused$/).waitFor();
        expect(await first.innerText()).toContain("203.0.113.99");
        await page.getByText("1 new network address got in after the first refusal").waitFor();
        expect(await page.getByText("Nobody who was refused").count()).toBe(0);
        expect(await page.locator(".attempt", { hasText: "203.0.113.10" }).count()).toBe(0);
      }
      await open(watched, "/admin/events?ip=203.0.113.99", "Events");
      await page.getByText("signed in with a password").waitFor();
      expect(await page.locator(".attempt").count()).toBe(0);
    });
  });

  test("PG-03 by keyboard alone, in a narrow page: who attacked is found by the address, and the account disabled", async () => {
    watched = await newPage(narrow);
    const { page, origin, databaseFile } = watched;
    await signInto(watched);
    const ada = await somebody(origin);
    const attacker = await attack(origin, ada.email, "203.0.113.40", 5);
    dataOf(await attacker.login({ email: ada.email, password: PASSWORD }));
    await open(watched, "/admin", "Overview");
    await pressOn(page, page.getByRole("navigation").getByRole("link", { name: "Events" }));
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    await pressOn(page, page.locator("summary", { hasText: "Filters" }));
    await typeInto(page, page.getByLabel("E-mail address"), ada.email);
    await page.keyboard.press("Enter");
    await page.getByText("1 network address got in after it was refused.").waitFor();
    await pressOn(page, page.getByRole("link", { name: `Open the account ${ada.email}` }));
    await pressOn(page, page.getByRole("button", { name: `Disable ${ada.email}` }));
    const dialog = page.getByRole("dialog", { name: `Disable ${ada.email}?` });
    await dialog.waitFor();
    await pressOn(page, dialog.getByRole("button", { name: "Disable" }));
    await page.getByText(`${ada.email} is disabled, and all its sessions have ended.`).waitFor();
    expect((await attacker.getMe()).status).toBe(401);
    expect(runSql(databaseFile, "SELECT id FROM sessions WHERE user_id = ?", ada.id)).toEqual([]);
  });
});

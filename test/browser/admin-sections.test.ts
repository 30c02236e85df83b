import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { adminClient, dataOf } from "../support/clients.ts";
import { attack, consoleSettings, open, signInto, somebody } from "../support/console.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { expectNothingLeft, expectAccessible, undocumented } from "../support/page-proofs.ts";

let watched: WatchedPage;

/** Makes what the sections show: accounts, refusals from one address, an invitation. */
async function fill(origin: string): Promise<{ id: string; email: string }> {
  const ada = await somebody(origin);
  const attacker = await attack(origin, ada.email, "203.0.113.7", 3);
  dataOf(await attacker.login({ email: ada.email, password: PASSWORD }));
  const admin = await adminClient(origin);
  dataOf(await admin.inviteUser({ email: `invited-${ada.email}` }));
  return ada;
}

describe.skipIf(noBrowser)("sections of the console", () => {
  const newPage = useBrowser(() => consoleSettings);
  beforeEach(async () => {
    watched = await newPage();
    await signInto(watched);
  });
  afterEach(() => watched.page.context().close());

  const sections = [
    ["overview", () => "/admin", "Overview"],
    ["users", () => "/admin/users", "Users"],
    ["one user", (id: string) => `/admin/users/${id}`, /@example\.com/],
    ["events", () => "/admin/events", "Events"],
    ["events of one address", () => "/admin/events?ip=203.0.113.7&period=24h", "Events"],
    ["keys", () => "/admin/keys", "Keys"],
    ["settings", () => "/admin/settings", "Settings"],
    ["a path without a view", () => "/admin/nothing/here", "There is no such page"],
  ] as const;
  test.each(sections)(
    "PG-01 PG-02 PG-04 PG-06 %s: no fault of policy or script, none that axe sees, nothing left behind",
    async (_, pathOf, title) => {
      const { page, faults, scriptErrors } = watched;
      const { id, email } = await fill(watched.origin);
      await open(watched, pathOf(id), title);
      await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined); // it asks on and on
      for (const summary of await page.locator("summary").all()) await summary.click();
      await expectAccessible(page);
      expect(await faults()).toEqual([]);
      expect(scriptErrors).toEqual([]);
      expect(undocumented(watched)).toEqual([]);
      await expectNothingLeft(page, [ADMIN.password, PASSWORD, email, ADMIN.email]);
    },
  );

  test("the overview counts what has happened, and its chart is a table too", async () => {
    const { page, origin } = watched;
    await attack(origin, "nobody@example.com", "203.0.113.99", 40);
    await open(watched, "/admin", "Overview");
    const busiest = page.getByRole("link", { name: /from one address/ });
    expect(Number.parseInt(await busiest.innerText(), 10)).toBeGreaterThanOrEqual(40);
    await page.getByText("Show the figures").click();
    const last = page.getByRole("row").last();
    expect(Number(await last.getByRole("cell").nth(1).innerText())).toBeGreaterThanOrEqual(40);
    const drawing = page.getByRole("img", { name: /Sign-ins by the hour/ });
    const { width } = (await drawing.boundingBox()) ?? { width: 0 };
    expect(await drawing.getAttribute("viewBox")).toBe(`0 0 ${width} 210`);
    await busiest.click();
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    expect(new URL(page.url()).searchParams.get("ip")).toBe("203.0.113.99");
  });

  test("settings can be searched, and secrets are never among them", async () => {
    const { page } = watched;
    await open(watched, "/admin/settings", "Settings");
    await page.getByText("ADMIN_PASSWORD", { exact: true }).waitFor();
    // Each finding says what it is about: what was set, or else the check.
    const findings = page.locator(".finding");
    expect(await findings.count()).toBeGreaterThan(1);
    expect(await findings.locator("code").count()).toBe(await findings.count());
    expect(await page.content()).not.toContain(ADMIN.password);
    await page.getByLabel("Search by name or value").fill("session_ttl");
    await page.getByRole("status").filter({ hasText: "1 setting" }).waitFor();
    expect(await page.locator(".setting").allInnerTexts()).toHaveLength(1);
  });
});

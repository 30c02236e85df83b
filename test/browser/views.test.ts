/** Moves between the views of one application: what belongs to a view goes with it, and what a page needs is asked for once. */
import { afterEach, describe, expect, test } from "vitest";
import { openAccount } from "../support/account-pages.ts";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { handOn, heading, keepCodes, narrow, says } from "../support/hands.ts";
import { expectSound } from "../support/page-proofs.ts";
import { addAuthenticator } from "../support/virtual-authenticator.ts";

describe.skipIf(noBrowser)("views of one application", () => {
  const newPage = useBrowser(() => ({ SIGNUP: "open" }));
  let watched: WatchedPage;
  afterEach(() => watched.page.context().close());

  test("PG-07 Back takes a question away with its view, and nothing is done", async () => {
    watched = await newPage();
    const { page } = watched;
    const { api } = await openAccount(watched);
    const { follow } = handOn(page, "mouse");
    await follow("Sessions");
    await page.getByRole("button", { name: /^End the session/ }).click();
    await page.getByRole("dialog").waitFor();
    await page.goBack();
    await heading(page, "You");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.getByRole("heading", { level: 1 }).evaluate(hasFocus)).toBe(true);
    expect((await api.getMe()).status).toBe(200);
    await expectSound(watched);
  });

  test("PG-07 a toast goes with its view", async () => {
    watched = await newPage();
    const { page } = watched;
    await openAccount(watched);
    const { press, follow } = handOn(page, "mouse");
    await press("Save");
    await says(page, "Saved.");
    await follow("Sessions");
    await heading(page, "Sessions");
    expect(await page.locator(".toast").count()).toBe(0);
    await expectSound(watched);
  });

  test("PG-07 recovery codes stay after Back, until they are kept: nothing else shows them", async () => {
    watched = await newPage();
    const { page } = watched;
    await addAuthenticator(page);
    await openAccount(watched);
    const { press, follow } = handOn(page, "mouse");
    await follow("Security");
    await press("Add a passkey");
    await page.getByRole("dialog").waitFor();
    await page.goBack();
    await heading(page, "You");
    expect(await keepCodes(page, "mouse")).toHaveLength(10);
    await expectSound(watched);
  });

  test("PG-02 the longest navigation is whole at 390 px", async () => {
    watched = await newPage({ ...narrow, locale: "de-DE" });
    const { page } = watched;
    await openAccount(watched);
    const links = page.getByRole("navigation").getByRole("link");
    expect(await links.count()).toBe(5);
    for (const link of await links.all()) {
      const box = await link.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= narrow.viewport.width).toBe(true);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
      narrow.viewport.width,
    );
  });

  test.each(["", "/security", "/sessions", "/history", "/leave"])(
    "PG-06 nothing is asked for twice when /account%s opens",
    async (section) => {
      watched = await newPage();
      const { page, origin, calls } = watched;
      await addAuthenticator(page);
      await openAccount(watched, "/account/security");
      const { press } = handOn(page, "mouse");
      await press("Add a passkey");
      await keepCodes(page, "mouse");
      await page.waitForLoadState("networkidle");
      const before = calls.length;
      await page.goto(`${origin}/account${section}`);
      await heading(page);
      await page.waitForLoadState("networkidle");
      const asked = calls
        .slice(before)
        .filter(({ kind, method }) => kind === "fetch" && method === "GET")
        .map(({ path }) => path);
      expect(asked).toEqual([...new Set(asked)]);
      expect(asked).toContain("/me/factors");
    },
  );
});

function hasFocus(element: Element): boolean {
  return element === document.activeElement;
}

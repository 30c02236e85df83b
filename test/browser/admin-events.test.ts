import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { noBrowser, useBrowser, type WatchedPage } from "../support/browser.ts";
import { attack, consoleSettings, open, signInto, somebody } from "../support/console.ts";
import { heading, narrow } from "../support/hands.ts";
import { pressOn } from "../support/page-proofs.ts";

let watched: WatchedPage;

const rows = () => watched.page.locator(".feed .row");
const rowOf = (email: string, text: string) =>
  rows().filter({ hasText: email }).filter({ hasText: text });

describe.skipIf(noBrowser)("events in the console", () => {
  const newPage = useBrowser(() => consoleSettings);
  beforeEach(async () => {
    watched = await newPage();
    await signInto(watched);
  });
  afterEach(() => watched.page.context().close());

  test("a new event is there within seconds; Pause holds it, and says how many wait", async () => {
    const { page, origin } = watched;
    await open(watched, "/admin/events", "Events");
    await rows().first().waitFor();
    const ada = await somebody(origin);
    await rowOf(ada.email, "signed up").waitFor({ timeout: 12_000 });
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("status").filter({ hasText: "Paused" }).waitFor();
    await attack(origin, ada.email, "203.0.113.50", 2);
    await page.getByRole("button", { name: "Show 2 new" }).waitFor({ timeout: 12_000 });
    expect(await rowOf(ada.email, "Wrong password").count()).toBe(0);
    await page.getByRole("button", { name: "Show 2 new" }).click();
    expect(await rowOf(ada.email, "Wrong password").count()).toBe(2);
    await attack(origin, ada.email, "203.0.113.50", 1);
    await page.getByRole("button", { name: "Show 1 new" }).waitFor({ timeout: 12_000 });
    await page.getByRole("button", { name: "Pause" }).click();
    await expect.poll(() => rowOf(ada.email, "Wrong password").count()).toBe(3);
  });

  test("nothing is asked while the page is not seen", async () => {
    const { page, calls } = watched;
    await open(watched, "/admin/events", "Events");
    await rows().first().waitFor();
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await page.waitForTimeout(500); // a poll that was under way
    const before = calls.length;
    await page.waitForTimeout(7_000);
    expect(calls.slice(before)).toEqual([]);
  });

  test("a press on somebody or on a network address shows nothing else, and Back shows all again", async () => {
    const { page, origin } = watched;
    const ada = await somebody(origin, "198.51.100.60");
    const kay = await somebody(origin, "198.51.100.61");
    await open(watched, "/admin/events", "Events");
    await rowOf(ada.email, "signed up").getByRole("link", { name: ada.email }).click();
    await page.getByRole("button", { name: `Remove: ${ada.email}` }).waitFor();
    await expect.poll(() => rows().filter({ hasText: kay.email }).count()).toBe(0);
    await rowOf(ada.email, "signed up").getByRole("link", { name: "198.51.100.60" }).click();
    await page.getByRole("button", { name: "Remove: 198.51.100.60" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: `Remove: ${ada.email}` }).waitFor();
    await page.getByRole("button", { name: "Remove: 198.51.100.60" }).click();
    await expect.poll(() => page.getByRole("button", { name: /^Remove:/ }).count()).toBe(1);
    await page.goBack();
    await page.getByRole("button", { name: "Remove: 198.51.100.60" }).waitFor();
  });

  test("an address without an account is a filter too, and stands in no URL", async () => {
    const { page, origin } = watched;
    await attack(origin, "stranger@example.com", "203.0.113.70", 1);
    await open(watched, "/admin/events", "Events");
    await page.getByRole("button", { name: "stranger@example.com" }).first().click();
    await page.getByRole("button", { name: "Remove: stranger@example.com" }).waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    expect(page.url()).not.toContain("stranger");
    await page.reload();
    await page.getByRole("button", { name: "Remove: stranger@example.com" }).waitFor();
  });

  test("a network address in the URL that is none is said at its field, and nothing is asked", async () => {
    const { page, calls } = watched;
    const before = calls.length;
    await open(watched, "/admin/events?ip=999.9.9.9", "Events");
    await page.getByText("This is no network address.").waitFor();
    expect(await page.getByLabel("Network address").inputValue()).toBe("999.9.9.9");
    expect(await page.getByRole("button", { name: /Try again|Pause/ }).count()).toBe(0);
    expect(calls.slice(before).filter(({ path }) => path === "/events")).toEqual([]);
  });

  test("filters by kind, network address and time; what is no address is said at its field", async () => {
    const { page, origin } = watched;
    const ada = await somebody(origin, "198.51.100.80");
    await open(watched, "/admin/events", "Events");
    await page.locator("summary", { hasText: "Filters" }).click();
    await page.getByLabel("Kind").selectOption("login_success");
    await page.getByLabel("Network address").fill("not an address");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("This is no network address.").waitFor();
    expect(await page.getByLabel("Network address").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Network address").fill("198.51.100.80");
    await page.getByLabel("Time").selectOption("1h");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByRole("button", { name: "Remove: Last hour" }).waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    expect(await rows().innerText()).toContain(`${ada.email} signed in with a password`);
  });
});

describe.skipIf(noBrowser)("events in a narrow page, by keyboard alone", () => {
  const newPage = useBrowser(() => consoleSettings);
  afterEach(() => watched.page.context().close());

  test("PG-03 the fields of an event, Pause, and the filter of a network address", async () => {
    watched = await newPage(narrow);
    const { page } = watched;
    await signInto(watched);
    await open(watched, "/admin/events", "Events");
    const json = rows().first().getByRole("button", { name: /^JSON/ });
    await pressOn(page, json);
    expect(await json.getAttribute("aria-expanded")).toBe("true");
    expect(await rows().first().locator("pre").innerText()).toContain('"event": "login_success"');
    await pressOn(page, rows().first().getByRole("link", { name: "127.0.0.1" }));
    await page.getByRole("button", { name: "Remove: 127.0.0.1" }).waitFor();
    await heading(page, "Events");
    await pressOn(page, page.getByRole("button", { name: "Pause" }));
    expect(await page.getByRole("button", { name: "Pause" }).getAttribute("aria-pressed")).toBe(
      "true",
    );
  });
});

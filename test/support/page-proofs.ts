/** Proofs that hold on every page: accessible, walked by keyboard, nothing secret left behind, nothing asked that is not documented. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { operationIds, operations } from "../../src/contract/operations.ts";
import type { WatchedPage } from "./browser.ts";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The looks that every page has to be good in: narrow and wide, light and dark. */
export const looks = [
  { width: 390, height: 844, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
  { width: 1280, height: 900, colorScheme: "light" },
  { width: 1280, height: 900, colorScheme: "dark" },
] as const;

/**
 * The faults that axe sees by WCAG 2.2 AA and its best practices, one line each, in all four looks. The script is
 * evaluated and not added as an element: the policy of the page stands (PG-02).
 */
export async function inaccessible(page: Page): Promise<string[]> {
  const before = page.viewportSize();
  const faults: string[] = [];
  for (const { colorScheme, ...size } of looks) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const { violations } = await page.evaluate<AxeResults>("axe.run()");
    for (const { id, nodes } of violations)
      for (const { html, failureSummary = "" } of nodes)
        faults.push(`${size.width} ${colorScheme} ${id}: ${html} ${failureSummary}`);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (overflow > 0) faults.push(`${size.width} ${colorScheme}: ${overflow} px too wide`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  if (before) await page.setViewportSize(before);
  return faults;
}

/** Fails for whatever axe finds in four looks (PG-02). */
export async function expectAccessible(page: Page) {
  expect(await inaccessible(page)).toEqual([]);
}

/** No violation, no error but answers of 4xx, and nothing asked but operations of the document (PG-01, PG-06). */
export async function expectSound(watched: WatchedPage) {
  expect(await watched.faults()).toEqual([]);
  expect(watched.scriptErrors).toEqual([]);
  expect(undocumented(watched)).toEqual([]);
}

/** Presses Tab until the element has the focus, as somebody without a mouse does (PG-03). Fails where it is never reached. */
export async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab") {
  await target.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${String(target)}`);
}

/** Expects that the element gets the focus, which may be a moment after what is shown beside it. */
export async function expectFocus(target: Locator): Promise<void> {
  await expect.poll(() => hasFocus(target)).toBe(true);
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}

/** Moves to a field by Tab and types into it. */
export async function typeInto(page: Page, field: Locator, text: string) {
  await tabTo(page, field);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

/** Moves to a button or a link by Tab and presses Enter. */
export async function pressOn(page: Page, target: Locator) {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** Finds none of the secrets in address, title, storage, cookies that scripts read, or the history of this tab (PG-04). */
export async function expectNothingLeft(page: Page, secrets: readonly string[]) {
  const places = await page.evaluate(() => ({
    address: location.href,
    title: document.title,
    state: JSON.stringify(history.state),
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    cookies: document.cookie,
  }));
  const devtools = await page.context().newCDPSession(page);
  const { entries } = await devtools.send("Page.getNavigationHistory");
  await devtools.detach();
  const everything = JSON.stringify([places, entries.map(({ url, title }) => [url, title])]);
  for (const secret of secrets) expect(everything).not.toContain(secret);
  expect([places.local, places.session]).toEqual(["{}", "{}"]);
}

/** The calls of a page that are no operation of the document (PG-06), as `METHOD path`. */
export function undocumented({ requested, calls }: Pick<WatchedPage, "requested" | "calls">) {
  const known = operationIds.map((id) => {
    const { method, path } = operations[id];
    const pattern = path.replaceAll(/\{\w+\}/g, "[^/]+");
    return { method: method.toUpperCase(), pattern: new RegExp(`^${pattern}$`) };
  });
  const isKnown = (method: string, path: string) =>
    known.some((each) => each.method === method && each.pattern.test(path));
  expect(requested.length).toBeGreaterThan(0);
  return calls
    .filter(({ kind }) => kind === "fetch" || kind === "xhr")
    .filter(({ method, path }) => !isKnown(method, path))
    .map(({ method, path }) => `${method} ${path}`);
}

/** People on `/sign-in` and `/sign-up`. */
import { expect } from "vitest";
import type { Page } from "playwright-core";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import type { WatchedPage } from "./browser.ts";
import { heading } from "./hands.ts";

/** Opens a page of ours, and waits for its first heading. */
export async function openPage(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  path: string,
) {
  await page.goto(origin + path);
  await heading(page);
}

export async function hasSession(page: Page): Promise<boolean> {
  return (await page.context().cookies()).some(({ name }) => name === SESSION_COOKIE);
}

/** Waits until the browser is on that path of ours, and signed in. */
export async function arriveAt(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  path: string,
) {
  await page.waitForURL(origin + path);
  expect(await hasSession(page)).toBe(true);
}

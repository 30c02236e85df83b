/** People on `/sign-in` and `/sign-up`, by mouse or by keyboard alone. */
import { expect } from "vitest";
import type { Page } from "playwright-core";
import { SESSION_COOKIE } from "../../src/contract/cookies.ts";
import type { WatchedPage } from "./browser.ts";
import { cookieClient, dataOf, freshEmail } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";
import { inaccessible, pressOn, typeInto, undocumented } from "./page-proofs.ts";

/** The two screens on which every journey is walked. */
export const screens = [
  ["390 px, by keyboard", { viewport: { width: 390, height: 844 } }, "keyboard"],
  ["1280 px, by mouse", { viewport: { width: 1280, height: 900 } }, "mouse"],
] as const;
export type Hand = (typeof screens)[number][2];

/** Presses and types with one hand or the other. */
export function handOn(page: Page, hand: Hand) {
  const field = (label: string) => page.getByLabel(label, { exact: true });
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const link = (name: string) => page.getByRole("link", { name, exact: true });
  return {
    async type(label: string, text: string) {
      if (hand === "mouse") await field(label).fill(text);
      else await typeInto(page, field(label), text);
    },
    async press(name: string) {
      if (hand === "mouse") await button(name).click();
      else await pressOn(page, button(name));
    },
    async follow(name: string) {
      if (hand === "mouse") await link(name).click();
      else await pressOn(page, link(name));
    },
  };
}

/** Opens a page of ours, and waits for its first heading. */
export async function openPage(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  path: string,
) {
  await page.goto(origin + path);
  await page.locator("h1").waitFor();
}

export function heading(page: Page, name: string) {
  return page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** An account over HTTP, on a server with `SIGNUP=open`. */
export async function anAccount(origin: string) {
  const email = freshEmail();
  const api = cookieClient(origin);
  dataOf(await api.signup({ email, password: PASSWORD }));
  dataOf(await api.login({ email, password: PASSWORD }));
  return { email, password: PASSWORD, api };
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

/** No violation, no error but answers of 4xx, and nothing asked but operations of the document (PG-01, PG-06). */
export async function expectSound(watched: WatchedPage) {
  expect(await watched.faults()).toEqual([]);
  expect(watched.scriptErrors).toEqual([]);
  expect(undocumented(watched)).toEqual([]);
}

/** Fails for whatever axe finds in four looks (PG-02). */
export async function expectAccessible(page: Page) {
  expect(await inaccessible(page)).toEqual([]);
}

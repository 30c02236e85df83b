/** People in the section Security of `/account`, by mouse or by keyboard alone. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { WatchedPage } from "./browser.ts";
import { cookieClient, dataOf, freshEmail, type TestClient } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";
import { inaccessible, pressOn, typeInto, undocumented } from "./page-proofs.ts";
import { runSql } from "./passkey-pages.ts";

/** The two screens on which every journey is walked. */
export const screens = [
  ["390 px, by keyboard", { viewport: { width: 390, height: 844 } }, "keyboard"],
  ["1280 px, by mouse", { viewport: { width: 1280, height: 900 } }, "mouse"],
] as const;
export type Hand = (typeof screens)[number][2];

export interface Owner {
  readonly email: string;
  readonly password: string;
  /** A session elsewhere. */
  readonly api: TestClient;
}

/** Somebody new, signed in here and elsewhere, who has opened the section. */
export async function openSecurity(watched: WatchedPage): Promise<Owner> {
  const { page, origin } = watched;
  const person = { email: freshEmail(), password: PASSWORD };
  const api = cookieClient(origin);
  dataOf(await api.signup(person));
  dataOf(await api.login(person));
  await page.goto(`${origin}/reset`);
  await signInHere(page, person);
  await openAgain(watched);
  return { ...person, api };
}

export function signInHere(page: Page, { email, password }: Pick<Owner, "email" | "password">) {
  const body = JSON.stringify({ email, password });
  return page.evaluate(async (credentials) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/login", { method: "POST", headers, body: credentials });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
  }, body);
}

export async function openAgain({ page, origin }: Pick<WatchedPage, "page" | "origin">) {
  await page.goto(`${origin}/account/security`);
  await page.getByRole("heading", { level: 2, name: "Second step" }).waitFor();
}

/** Presses and types with one hand or the other, in the dialog where one is open. */
export function handOn(page: Page, hand: Hand) {
  async function place(): Promise<Page | Locator> {
    const open = page.locator("dialog[open]");
    return (await open.count()) > 0 ? open.last() : page;
  }
  return {
    async type(label: string, text: string) {
      const field = (await place()).getByLabel(label, { exact: true });
      if (hand === "mouse") await field.fill(text);
      else await typeInto(page, field, text);
    },
    async press(name: string) {
      const button = (await place()).getByRole("button", { name, exact: true });
      if (hand === "mouse") await button.click();
      else await pressOn(page, button);
    },
    async tick() {
      const box = (await place()).getByRole("checkbox");
      if (hand === "mouse") return box.check();
      await box.focus();
      await page.keyboard.press("Space");
    },
  };
}

export function dialog(page: Page, name: string): Locator {
  return page.getByRole("dialog", { name, exact: true });
}

/** Reads the recovery codes that are shown, keeps them, and answers them. */
export async function keepCodes(page: Page, hand: Hand): Promise<string[]> {
  const shown = dialog(page, "Keep your recovery codes");
  await shown.waitFor();
  const codes = await shown.locator(".codes li").allInnerTexts();
  const { tick, press } = handOn(page, hand);
  await tick();
  await press("Done");
  await shown.waitFor({ state: "detached" });
  return codes;
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

/** How many rows of a table are of the account. */
export function countOf(
  { databaseFile }: Pick<WatchedPage, "databaseFile">,
  table: "sessions" | "totp_factors" | "recovery_codes" | "passkeys" | "identities",
  email: string,
): unknown {
  const rows = runSql(
    databaseFile,
    `select count(*) as n from ${table} where user_id = (select id from users where email = ?)`,
    email,
  );
  return rows[0]?.["n"];
}

/** Makes every proof of the account an old one: from now on it is asked for again. */
export function growOld({ databaseFile }: Pick<WatchedPage, "databaseFile">, email: string) {
  runSql(
    databaseFile,
    "update sessions set authenticated_at = 1, second_factor_at = 1 where user_id = (select id from users where email = ?)",
    email,
  );
}

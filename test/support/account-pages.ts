/** People on `/account`, by mouse or by keyboard alone. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { WatchedPage } from "./browser.ts";
import { cookieClient, dataOf, freshEmail, type TestClient } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";
import { pressOn, typeInto, undocumented } from "./page-proofs.ts";

/** The two screens on which every journey is walked. */
export const screens = [
  ["390 px, by keyboard", { viewport: { width: 390, height: 844 } }, "keyboard"],
  ["1280 px, by mouse", { viewport: { width: 1280, height: 900 } }, "mouse"],
] as const;
export type Hand = (typeof screens)[number][2];

/** Presses and types with one hand or the other; in the dialog, where one is open. */
export function handOn(page: Page, hand: Hand) {
  const place = async (): Promise<Page | Locator> => {
    const dialogs = page.locator("dialog[open]");
    return (await dialogs.count()) > 0 ? dialogs.last() : page;
  };
  const element = async (role: "button" | "link", name: string) =>
    (await place()).getByRole(role, { name, exact: true });
  const press = async (target: Locator) =>
    hand === "mouse" ? target.click() : pressOn(page, target);
  return {
    async type(label: string, text: string) {
      const field = (await place()).getByLabel(label, { exact: true });
      if (hand === "mouse") await field.fill(text);
      else await typeInto(page, field, text);
    },
    async press(name: string) {
      await press(await element("button", name));
    },
    async follow(name: string) {
      await press(await element("link", name));
    },
    /** Ticks that the recovery codes are kept, and answers them. */
    async keepCodes(): Promise<string[]> {
      const dialog = page.getByRole("dialog", { name: "Keep your recovery codes" });
      await dialog.waitFor();
      const codes = await dialog.locator(".codes li").allInnerTexts();
      const box = dialog.getByRole("checkbox");
      await box.focus();
      await page.keyboard.press("Space");
      await press(dialog.getByRole("button", { name: "Done" }));
      await dialog.waitFor({ state: "detached" });
      return codes;
    },
  };
}

export interface AccountOwner {
  readonly email: string;
  readonly password: string;
  /** A session of its own, elsewhere. */
  readonly api: TestClient;
}

/** An account over HTTP, on a server with `SIGNUP=open`. */
export async function anAccount(origin: string): Promise<AccountOwner> {
  const person = { email: freshEmail(), password: PASSWORD };
  const api = cookieClient(origin);
  dataOf(await api.signup(person));
  dataOf(await api.login(person));
  return { ...person, api };
}

/** Signs the browser in, without the page for it, and opens a section. */
export async function openAccount(
  watched: Pick<WatchedPage, "page" | "origin">,
  path = "/account",
  owner?: AccountOwner,
): Promise<AccountOwner> {
  const { page, origin } = watched;
  const person = owner ?? (await anAccount(origin));
  await page.goto(`${origin}/reset`);
  await signInHere(page, person);
  await page.goto(origin + path);
  await heading(page);
  return person;
}

/** Only of an account whose password is all that is asked for. */
export async function signInHere(
  page: Page,
  { email, password }: Pick<AccountOwner, "email" | "password">,
) {
  const status = await page.evaluate(
    async (body) => {
      const answer = await fetch("/login", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await answer.text();
      return answer.status;
    },
    { email, password },
  );
  expect(status).toBe(200);
}

/** Waits for the first heading, of that name if one is given. */
export function heading(page: Page, name?: string) {
  const level = 1;
  const found = page.getByRole("heading", name === undefined ? { level } : { level, name });
  return found.waitFor();
}

/** Waits for a sentence. */
export function says(page: Page, text: string | RegExp) {
  return page.getByText(text).first().waitFor();
}

/** No violation, no error but answers of 4xx, and nothing asked but operations of the document (PG-01, PG-06). */
export async function expectSound(watched: WatchedPage) {
  expect(await watched.faults()).toEqual([]);
  expect(watched.scriptErrors).toEqual([]);
  // The step that signs the browser in is the test's own.
  expect(undocumented(watched)).toEqual([]);
}

/** Calls that changed something, as `METHOD path`. */
export function changesOf({ calls }: Pick<WatchedPage, "calls">): string[] {
  return calls
    .filter(({ kind, method }) => kind === "fetch" && method !== "GET")
    .map(({ method, path }) => `${method} ${path}`);
}

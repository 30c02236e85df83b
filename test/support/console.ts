/** The console of administrators in a browser, and accounts to look at in it. */
import { DatabaseSync } from "node:sqlite";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import type { WatchedPage } from "./browser.ts";
import { cookieClient, dataOf, freshEmail, type TestClient } from "./clients.ts";
import { ADMIN, PASSWORD } from "./credentials.ts";

/** Of the server: the console is on, and requests may say where they come from. */
export const consoleSettings = { CONSOLE: "on", TRUST_PROXY: "loopback" } as const;

/** Narrow, as a phone. */
export const narrow = { viewport: { width: 390, height: 844 } };

export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole("heading", { level: 1, name });

/** Signs the browser in, from a page of this origin. */
export async function signInto(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  credentials: { readonly email: string; readonly password: string } = ADMIN,
): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  // It has looked for a session by then: one that it saw it would ask for, while the next page opens.
  await page.getByRole("heading", { level: 1 }).waitFor();
  const status = await page.evaluate(async (body) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch("/login", { method: "POST", headers, body });
    await response.text(); // the next page would stop an answer that is not read
    return response.status;
  }, JSON.stringify(credentials));
  expect(status).toBe(200);
}

/** Opens a view of the console. */
export async function open(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  path: string,
  title: string | RegExp,
): Promise<void> {
  await page.goto(`${origin}${path}`);
  await heading(page, title).waitFor();
}

/** A client whose requests come from an address. */
export function clientFrom(baseUrl: string, ip: string): TestClient {
  return cookieClient(baseUrl, {
    fetch(request) {
      request.headers.set("x-forwarded-for", ip);
      return fetch(request);
    },
  });
}

/** Somebody with an account, signed in. */
export async function somebody(baseUrl: string, ip = "198.51.100.4", email = freshEmail()) {
  const api = clientFrom(baseUrl, ip);
  const user = dataOf(await api.signup({ email, password: PASSWORD }));
  if (!("id" in user)) throw new Error("The signup waits for a proof");
  dataOf(await api.login({ email, password: PASSWORD }));
  return { api, id: user.id, email };
}

/** Refused logins from an address. */
export async function attack(baseUrl: string, email: string, ip: string, times: number) {
  const api = clientFrom(baseUrl, ip);
  for (let at = 0; at < times; at += 1)
    expect((await api.login({ email, password: "wrong wrong wrong" })).ok).toBe(false);
  return api;
}

/** Rows of the database, as they are now. */
export function rowsOf(databaseFile: string, sql: string, ...values: (string | number)[]) {
  const database = new DatabaseSync(databaseFile, { timeout: 5_000 });
  try {
    return database.prepare(sql).all(...values);
  } finally {
    database.close();
  }
}

/** No proof of who is signed in is recent any more. */
export function forgetProofs(databaseFile: string): void {
  const database = new DatabaseSync(databaseFile, { timeout: 5_000 });
  try {
    database.exec("UPDATE sessions SET authenticated_at = 1, created_at = 1 WHERE kind = 'cookie'");
  } finally {
    database.close();
  }
}

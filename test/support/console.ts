/** The console of administrators in a browser, and accounts to look at in it. */
import { expect } from "vitest";
import type { WatchedPage } from "./browser.ts";
import { cookieClient, dataOf, freshEmail, type TestClient } from "./clients.ts";
import { ADMIN, PASSWORD } from "./credentials.ts";
import { heading } from "./hands.ts";
import { signInHere } from "./owners.ts";
import { runSql } from "./passkey-pages.ts";

/** Of the server: the console is on, and requests may say where they come from. */
export const consoleSettings = { CONSOLE: "on", TRUST_PROXY: "loopback" } as const;

/** Signs the browser in, from a page of this origin. */
export async function signInto(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  credentials: { readonly email: string; readonly password: string } = ADMIN,
): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  // It has looked for a session by then: one that it saw it would ask for, while the next page opens.
  await heading(page);
  await signInHere(page, credentials);
}

/** Opens a view of the console. */
export async function open(
  { page, origin }: Pick<WatchedPage, "page" | "origin">,
  path: string,
  title: string | RegExp,
): Promise<void> {
  await page.goto(`${origin}${path}`);
  await heading(page, title);
}

/** A client whose requests come from an address. */
function clientFrom(baseUrl: string, ip: string): TestClient {
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

/** No proof of who is signed in is recent any more. */
export function forgetProofs(databaseFile: string): void {
  runSql(
    databaseFile,
    "UPDATE sessions SET authenticated_at = 1, created_at = 1 WHERE kind = 'cookie'",
  );
}

/** Owners of accounts, and a browser that is signed in as one of them without the page for it. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import { cookieClient, dataOf, freshEmail, type TestClient } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";

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

/** Signs in from a page of ours that is open. Only for an account whose password is all that is asked for. */
export async function signInHere(
  page: Page,
  { email, password }: Pick<AccountOwner, "email" | "password">,
): Promise<void> {
  const { method, path } = operations.login;
  const request = { method: method.toUpperCase(), path, body: JSON.stringify({ email, password }) };
  const status = await page.evaluate(async ({ path: to, ...init }) => {
    const answer = await fetch(to, { ...init, headers: { "content-type": "application/json" } });
    await answer.text(); // the next page would stop an answer that is not read
    return answer.status;
  }, request);
  expect(status).toBe(200);
}

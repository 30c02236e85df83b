/** Steps of a person on a page of `application.ts`, and the database of its server. */
import { DatabaseSync } from "node:sqlite";
import type { Page } from "playwright-core";
import type { Schemas } from "@portcullis/client";
import { freshEmail } from "./clients.ts";
import { PASSWORD } from "./credentials.ts";

export interface Person {
  readonly email: string;
  readonly password: string;
}
export type Owner = Person & { readonly passkey: Schemas["AddedPasskey"] };

/** Signs somebody up and in, with cookies. */
export async function newPerson(page: Page): Promise<Person> {
  const person = { email: freshEmail(), password: PASSWORD };
  await page.evaluate(async (credentials) => {
    sdk.unwrap(await api.signup(credentials));
    sdk.unwrap(await api.login(credentials));
  }, person);
  return person;
}

/** Somebody who is signed in, and has a passkey in the page's authenticator. */
export async function newOwner(page: Page): Promise<Owner> {
  const person = await newPerson(page);
  const name = "Ada's phone";
  const passkey = await page.evaluate(
    async (called) => sdk.unwrap(await sdk.addPasskey(api, { name: called })),
    name,
  );
  return { ...person, passkey };
}

/** As whom the page is signed in by cookies; undefined where it is not. */
export function whoIsIn(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    const me = await api.getMe();
    return me.ok ? me.data.email : undefined;
  });
}

export function signOut(page: Page): Promise<void> {
  return page.evaluate(async () => void sdk.unwrap(await api.signOut()));
}

export function pressSignIn(page: Page) {
  return page.evaluate(() => sdk.signInWithPasskey(api));
}

/** Begins to wait in the fields of the page. Not to its end: the promise of the page would hold up the test. */
export function waitInFields(page: Page): Promise<void> {
  return page.evaluate(() => {
    Reflect.set(globalThis, "waiting", sdk.signInWithPasskey(api, { autofill: true }));
  });
}

/** The outcome of it; `waits` where nothing has come within that time. Milliseconds. */
export function fromFields(page: Page, withinMs = 20_000): Promise<unknown> {
  return page.evaluate((ms) => {
    const late = new Promise((resolve) => setTimeout(() => resolve("waits"), ms));
    return Promise.race([Reflect.get(globalThis, "waiting"), late]);
  }, withinMs);
}

/** Runs a statement in the database of a server that runs. */
export function runSql(file: string, statement: string, ...values: string[]) {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    const rows = database.prepare(statement).all(...values);
    return rows.map((row): Record<string, unknown> => ({ ...row }));
  } finally {
    database.close();
  }
}

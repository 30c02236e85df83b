/** People in the section Security of `/account`, and what the database has of them. */
import { openAccount } from "./account-pages.ts";
import type { WatchedPage } from "./browser.ts";
import type { AccountOwner } from "./owners.ts";
import { runSql } from "./passkey-pages.ts";

const PATH = "/account/security";

/** Somebody new, signed in here and elsewhere, who has opened the section. */
export async function openSecurity(watched: WatchedPage): Promise<AccountOwner> {
  const owner = await openAccount(watched, PATH);
  await isOpen(watched);
  return owner;
}

export async function openAgain(watched: Pick<WatchedPage, "page" | "origin">) {
  await watched.page.goto(watched.origin + PATH);
  await isOpen(watched);
}

function isOpen({ page }: Pick<WatchedPage, "page">): Promise<void> {
  return page.getByRole("heading", { level: 2, name: "Second step" }).waitFor();
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

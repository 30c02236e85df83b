/** People on `/account`. */
import type { WatchedPage } from "./browser.ts";
import { heading } from "./hands.ts";
import { type AccountOwner, anAccount, signInHere } from "./owners.ts";

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

/** Ways into the fake server's accounts: the last one stays, and what nobody has proved goes. */
import type { Accounts } from "./accounts.ts";
import type { FakeSettings } from "./calls.ts";
import { removeFactors, type Scene } from "./factors.ts";
import type { Account } from "./rows.ts";

/** True while somebody could sign in to the account. */
export function hasWayIn(
  { mailLogin }: Pick<FakeSettings, "mailLogin">,
  { password, passkeys, identities }: Pick<Account, "password" | "passkeys" | "identities">,
): boolean {
  if (mailLogin || password !== null || identities.length > 0) return true;
  return passkeys.some(({ signsIn }) => signsIn);
}

/** Hands an account that nobody had proved over to the owner of its mailbox, clean: somebody else may have made it. */
export function claimAccount(
  { accounts, origin, now }: Scene,
  account: Account,
  by: Parameters<Accounts["verifyEmail"]>[1],
): void {
  account.password = null;
  removeWaysIn({ accounts, now }, account, "email_proof");
  accounts.endGrants(account, "email_proof", now);
  accounts.verifyEmail(account, by, now);
  accounts.mails.send("account_claimed", account.user.email, origin);
}

/** Removes second factors and identities that were added since then. */
export function removeWaysIn(
  scene: Pick<Scene, "accounts" | "now">,
  account: Account,
  by: "email_proof" | "email_change_undo",
  since = 0,
): void {
  removeFactors(scene, account, by, since);
  for (const { provider, createdAt } of account.identities)
    if (createdAt >= since)
      scene.accounts.record(account, { event: "identity_removed", provider, by }, scene.now);
  account.identities = account.identities.filter(({ createdAt }) => createdAt < since);
}

/** Second factors by the hand of a test, without the operations that make, prove or remove them. */
import type { Accounts } from "./accounts.ts";
import { createFakePasskey, type FakePasskey, type FakePasskeyOptions } from "./fake-passkey.ts";
import { firstRecoveryCodes, newTotp, removeFactors } from "./factors.ts";
import { creationOptions } from "./passkey-ceremonies.ts";
import { readPasskey } from "./passkey-handlers.ts";
import { type Account, newSecret, unlocked } from "./rows.ts";
import { codeAt, goodSteps } from "./totp.ts";

/** Where the fake is asked, as far as nobody has asked it. */
const ORIGIN = "http://localhost";

export function factorTools(accounts: Accounts, now: () => number) {
  return {
    async totpCode(secretOrAddress: string): Promise<string> {
      const totp = secretOrAddress.includes("@")
        ? find(secretOrAddress).totp
        : (accounts.findByTotp(secretOrAddress) ?? { secret: secretOrAddress, lastStep: 0 });
      if (totp === null) throw new Error(`${secretOrAddress} has no authenticator app`);
      const step = goodSteps(now()).find((each) => each > totp.lastStep);
      if (step === undefined)
        throw new Error("All codes that are good now are used: let the clock go on by 30 seconds");
      return codeAt(step, totp.secret);
    },
    addTotp(address: string) {
      const account = find(address);
      account.totp = newTotp(now());
      const recoveryCodes = firstRecoveryCodes(account, now());
      return { secret: account.totp.secret, recoveryCodes };
    },
    addPasskey(address: string, options?: FakePasskeyOptions): FakePasskey {
      const account = find(address);
      const passkey = createFakePasskey(options);
      const ceremony = newSecret();
      const credential = passkey.create(creationOptions(account, ceremony, ORIGIN));
      const row = readPasskey(credential, ceremony, "Passkey", now());
      if (row) account.passkeys = [...account.passkeys, row];
      firstRecoveryCodes(account, now());
      return passkey;
    },
    resetFactors(address: string): void {
      const account = find(address);
      accounts.record(account, { event: "second_factors_reset", by: "admin" }, now());
      removeFactors({ accounts, now: now() }, account, "admin");
      account.factorLock = unlocked;
      accounts.endGrants(account, "factor_change", now());
      accounts.mails.send("second_factors_reset", account.user.email, ORIGIN);
    },
  };

  function find(address: string): Account {
    const account = accounts.findByEmail(address);
    if (account === undefined) throw new Error(`No account has the address ${address}`);
    return account;
  }
}

/** The fake server's answers about the authenticator app and the recovery codes of an account. */
import { done, notFound, notGood, started } from "./answers.ts";
import type { Handlers } from "./calls.ts";
import {
  firstRecoveryCodes,
  hasSecondFactor,
  newRecoveryCodes,
  newTotp,
  removeFactor,
  stepGiven,
} from "./factors.ts";
import { newTotpSecret } from "./totp.ts";

export const factorHandlers: Pick<
  Handlers,
  "listMyFactors" | "startTotp" | "confirmTotp" | "removeTotp" | "renewRecoveryCodes"
> = {
  listMyFactors({ caller: { account } }) {
    const { password, totp, recoveryCodes, passkeys } = account;
    return {
      data: {
        password: password !== null,
        totp: totp && {
          createdAt: instant(totp.createdAt),
          lastUsedAt: totp.lastUsedAt === null ? null : instant(totp.lastUsedAt),
        },
        recoveryCodes: recoveryCodes && {
          remaining: recoveryCodes.codes.size,
          createdAt: instant(recoveryCodes.createdAt),
        },
        passkeys: passkeys.length,
      },
    };
  },
  startTotp({ accounts, caller, now }) {
    const { account } = caller;
    if (account.totp) return { problem: "factor_exists" };
    const { email } = account.user;
    const secret = newTotpSecret();
    const subject = { account, session: caller, email, totpSecret: secret };
    const challenge = accounts.challenges.begin({ purpose: "totp_setup", ...subject }, now);
    const { challengeToken: setupToken, expiresInSeconds } = started(challenge, now);
    const label = `Portcullis:${encodeURIComponent(email)}`;
    const uri = `otpauth://totp/${label}?secret=${secret}&issuer=Portcullis`;
    return { data: { setupToken, secret, uri, expiresInSeconds } };
  },
  async confirmTotp({ input, accounts, caller, origin, now }) {
    const { challenges } = accounts;
    const { account } = caller;
    const find = () => challenges.findByHandle("totp_setup", input.setupToken, now);
    const step = await stepGiven(find()?.totpSecret, input, now);
    const challenge = find();
    if (challenge?.session !== caller || !challenges.countTry(challenge)) return notGood;
    if (step === undefined) return { problem: "invalid_second_factor" };
    if (account.totp) return { problem: "factor_exists" };
    challenges.spend(challenge);
    // The code that proves the app is used by that.
    account.totp = newTotp(now, challenge.totpSecret, step);
    const codes = firstRecoveryCodes(account, now);
    caller.secondFactorAt = now;
    accounts.record(account, { event: "second_factor_added", kind: "totp" }, now);
    accounts.endGrants(account, "factor_change", now, caller);
    accounts.mails.send("totp_added", account.user.email, origin);
    return { data: { codes } };
  },
  removeTotp({ accounts, caller, origin, now }) {
    const { account } = caller;
    if (account.totp === null) return notFound;
    removeFactor({ accounts, now }, account, "totp", "user");
    accounts.endGrants(account, "factor_change", now, caller);
    accounts.mails.send("totp_removed", account.user.email, origin);
    return done;
  },
  renewRecoveryCodes({ accounts, caller, origin, now }) {
    const { account } = caller;
    if (!hasSecondFactor(account)) return notFound;
    const codes = newRecoveryCodes(account, now);
    accounts.record(account, { event: "recovery_codes_renewed" }, now);
    accounts.endGrants(account, "factor_change", now, caller);
    accounts.mails.send("recovery_codes_renewed", account.user.email, origin);
    return { data: { codes } };
  },
};

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

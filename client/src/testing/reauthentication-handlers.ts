/** The fake server's answers to somebody who is signed in and proves again who they are. */
import { sessionCookies, started } from "./answers.ts";
import type { Call, Handlers } from "./calls.ts";
import {
  hasSecondFactor,
  proveByCode,
  RECENT_MS,
  stepGiven,
  waysToReauthenticate,
} from "./factors.ts";
import { passkeyRequest, proveByPasskey } from "./passkey-ceremonies.ts";
import { newSecret } from "./rows.ts";

const PURPOSE = "reauthentication";

export const reauthenticationHandlers: Pick<Handlers, "startReauthentication" | "reauthenticate"> =
  {
    startReauthentication({ input: { method }, settings, accounts, caller, origin, now }) {
      const { account } = caller;
      const methods = waysToReauthenticate(account, settings.mailLogin);
      if (!methods.includes(method)) return { problem: "reauthentication_required", methods };
      const { email } = account.user;
      const subject = { purpose: PURPOSE, account, session: caller, email } as const;
      const challenge = accounts.challenges.begin(subject, now);
      accounts.record(account, { event: "reauthentication_requested", method }, now);
      if (method === "passkey")
        return { data: passkeyRequest(challenge, account.passkeys, { origin, now }) };
      accounts.mails.send("reauthentication", email, origin, challenge);
      return { data: started(challenge, now) };
    },
    async reauthenticate(call) {
      const { input, settings, accounts, caller, now } = call;
      const { account } = caller;
      const { method } = input;
      const step = await stepGiven(account.totp?.secret, input, now);
      const methods = waysToReauthenticate(account, settings.mailLogin);
      if (!methods.includes(method)) return { problem: "reauthentication_required", methods };
      const problem = refusalOf(call, step);
      if (problem) {
        accounts.record(account, { event: "reauthentication_failed", method }, now);
        return { problem };
      }
      caller.authenticatedAt = now;
      if (hasSecondFactor(account)) caller.secondFactorAt = now;
      accounts.record(account, { event: "reauthenticated", method }, now);
      const data = { recentUntil: new Date(now + RECENT_MS).toISOString() };
      if (caller.kind === "token") return { data };
      caller.secret = newSecret();
      return { data, cookies: sessionCookies(caller, now) };
    },
  };

/** The problem with the proof; undefined for a good one, which is spent. */
function refusalOf(call: Call<"reauthenticate">, step: number | undefined) {
  const { input, accounts, caller, now } = call;
  const { account } = caller;
  switch (input.method) {
    case "password":
      return accounts.knowsPassword(account, input.password, now)
        ? undefined
        : "invalid_credentials";
    case "totp":
    case "recovery_code":
      return proveByCode(call, account, { ...input, step }, false)
        ? undefined
        : "invalid_second_factor";
    case "passkey": {
      const ceremony = { purpose: PURPOSE, session: caller } as const;
      return proveByPasskey(call, account, ceremony, input) ? undefined : "invalid_second_factor";
    }
    case "mail": {
      const { right } = accounts.challenges.tryCode(PURPOSE, input, now);
      if (right?.session !== caller) return "invalid_challenge";
      accounts.challenges.spend(right);
      return undefined;
    }
  }
}

/** The fake server's answers to a sign-in by passkey. */
import { beginPending, notFound } from "./answers.ts";
import type { Handlers } from "./calls.ts";
import { passkeyRequest, proveByPasskeyAlone } from "./passkey-ceremonies.ts";

export const passkeyLoginHandlers: Pick<
  Handlers,
  "startPasskeyLogin" | "completePasskeyLogin" | "getRelatedOrigins"
> = {
  startPasskeyLogin({ accounts, origin, now }) {
    // Of nobody: the passkey knows whose it is.
    const challenge = accounts.challenges.begin({ purpose: "passkey_login", email: "" }, now);
    return { data: passkeyRequest(challenge, [], { origin, now }) };
  },
  completePasskeyLogin(call) {
    const { input, accounts, now } = call;
    const { isProved, account } = proveByPasskeyAlone(call, input);
    if (isProved && account)
      return { data: beginPending(accounts, account, { methods: ["passkey"] }, now) };
    if (account) accounts.record(account, { event: "login_failed" }, now);
    return { problem: "invalid_passkey" };
  },
  /** As where `WEBAUTHN_ORIGINS` names one origin. */
  getRelatedOrigins: () => notFound,
};

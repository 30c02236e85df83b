import type { Dependencies } from "../domain/ports/dependencies.ts";
import { DEVICE_LIFETIME_SECONDS, nextSecrets } from "../domain/devices.ts";
import type { Begun } from "../domain/begin-session.ts";
import type { CookieLogin } from "../domain/carriers.ts";
import { login } from "../domain/login.ts";
import type { LoginPending } from "../domain/pending-logins.ts";
import type { Refused } from "../domain/password-proof.ts";
import { logout } from "../domain/sessions.ts";
import { presentUser } from "./accounts.ts";
import { clearedCookies, deviceCookie, sessionCookies } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { overloaded } from "./overload.ts";

export function createSessionHandlers(deps: Dependencies): Pick<Handlers, "login" | "logout"> {
  return {
    async login({ input, occasion, client, device, readDeviceSecrets, sessionSecret }) {
      const attempt = { ...input.body, client, device };
      const outcome = await login(deps, occasion, attempt, sessionSecret);
      if (outcome.kind === "pending") return { status: 202, body: presentPending(outcome) };
      if (outcome.kind === "refused") return presentNoSession(outcome);
      return presentLogin(
        deps,
        outcome,
        nextSecrets(outcome.deviceSecret, readDeviceSecrets(), device),
      );
    },
    async logout({ caller, occasion }) {
      if (caller) await logout(deps, occasion, caller.session);
      return { status: 204, setCookies: clearedCookies };
    },
  };
}

/** A session that has begun, with its cookies. */
export function presentLogin(
  deps: Dependencies,
  { user, session, secret, csrfToken }: Begun & CookieLogin,
  deviceSecrets: readonly string[],
) {
  return {
    status: 200 as const,
    body: {
      user: presentUser(user),
      csrfToken,
      expiresAt: new Date(session.expiresAt).toISOString(),
    },
    setCookies: [
      ...sessionCookies(secret, csrfToken, deps.lifetimes.sessionSeconds),
      deviceCookie(deviceSecrets, DEVICE_LIFETIME_SECONDS),
    ],
  };
}

export function presentPending({ loginToken, expiresInSeconds, secondFactors }: LoginPending) {
  return { loginToken, expiresInSeconds, secondFactors: [...secondFactors] };
}

/** One answer for every cause, on every way to log in (LG-01, LG-07). */
export function presentNoSession(outcome: Refused) {
  return outcome.failure === "overloaded"
    ? overloaded("password_queue")
    : { problem: "invalid_credentials" as const };
}

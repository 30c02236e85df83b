import type { Dependencies } from "../domain/ports/dependencies.ts";
import { DEVICE_LIFETIME_SECONDS } from "../domain/devices.ts";
import type { Begun } from "../domain/begin-session.ts";
import { type CookieLogin, login } from "../domain/login.ts";
import { logout } from "../domain/sessions.ts";
import { presentUser } from "./accounts.ts";
import { clearedCookies, deviceCookie, sessionCookies } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { presentNoSession } from "./login-failure.ts";

export function createSessionHandlers(deps: Dependencies): Pick<Handlers, "login" | "logout"> {
  return {
    async login({ input, occasion, client, device, sessionSecret }) {
      const attempt = { ...input.body, client, device };
      const outcome = await login(deps, occasion, attempt, sessionSecret);
      return outcome.kind === "begun" ? presentLogin(deps, outcome) : presentNoSession(outcome);
    },
    async logout({ caller, occasion }) {
      if (caller) await logout(deps, occasion, caller.session);
      return { status: 204, setCookies: clearedCookies };
    },
  };
}

function presentLogin(
  deps: Dependencies,
  { user, session, secret, csrfToken, deviceSecret }: Begun & CookieLogin,
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
      deviceCookie(deviceSecret, DEVICE_LIFETIME_SECONDS),
    ],
  };
}

import { seek } from "../domain/credentials.ts";
import type { Dependencies } from "../domain/dependencies.ts";
import { DEVICE_LIFETIME_SECONDS } from "../domain/devices.ts";
import { type CookieLogin, login, logout } from "../domain/sessions.ts";
import { presentUser } from "./accounts.ts";
import { clearedCookies, deviceCookie, sessionCookies } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { presentLoginFailure } from "./login-failure.ts";

export function createSessionHandlers(deps: Dependencies): Pick<Handlers, "login" | "logout"> {
  return {
    login: {
      async look(stores, { body }, seekCookieSession) {
        const [sought, replaced] = await Promise.all([
          seek(stores, body),
          seekCookieSession(stores),
        ]);
        return async ({ occasion, client, device }) => {
          const outcome = await login(deps, occasion, sought, client, device, replaced);
          return "failure" in outcome ? presentLoginFailure(outcome) : presentLogin(deps, outcome);
        };
      },
    },
    async logout({ caller, occasion }) {
      if (caller) await logout(deps, occasion, caller.session);
      return { status: 204, setCookies: clearedCookies };
    },
  };
}

function presentLogin(
  deps: Dependencies,
  { user, session, secret, csrfToken, deviceSecret }: CookieLogin,
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

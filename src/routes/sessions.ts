import type { Dependencies } from "../domain/dependencies.ts";
import { DEVICE_LIFETIME_SECONDS } from "../domain/devices.ts";
import { login, logout } from "../domain/sessions.ts";
import { presentUser } from "./accounts.ts";
import { clearedCookies, deviceCookie, sessionCookies } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { presentLoginFailure } from "./login-failure.ts";

export function createSessionHandlers(deps: Dependencies): Pick<Handlers, "login" | "logout"> {
  return {
    async login({ input, occasion, client, device, cookieSession }) {
      const replaced = await cookieSession();
      const outcome = await login(deps, occasion, input.body, client, device, replaced);
      if ("failure" in outcome) return presentLoginFailure(outcome);
      const { user, session, secret, csrfToken, deviceSecret } = outcome;
      return {
        status: 200,
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
    },
    async logout({ caller, occasion }) {
      if (caller) await logout(deps, occasion, caller.session);
      return { status: 204, setCookies: clearedCookies };
    },
  };
}

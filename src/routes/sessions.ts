import type { Dependencies } from "../domain/dependencies.ts";
import { login, logout } from "../domain/sessions.ts";
import { presentUser } from "./accounts.ts";
import { clearedCookies, sessionCookies } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { presentLoginFailure } from "./login-failure.ts";

export function createSessionHandlers(deps: Dependencies): Pick<Handlers, "login" | "logout"> {
  return {
    async login({ input, occasion, client, cookieSession }) {
      const replaced = await cookieSession();
      const outcome = await login(deps, occasion, input.body, client, replaced);
      if ("failure" in outcome) return presentLoginFailure(outcome);
      const { user, session, secret, csrfToken } = outcome;
      return {
        status: 200,
        body: {
          user: presentUser(user),
          csrfToken,
          expiresAt: new Date(session.expiresAt).toISOString(),
        },
        setCookies: sessionCookies(secret, csrfToken, deps.lifetimes.sessionSeconds),
      };
    },
    async logout({ caller, occasion }) {
      if (caller) await logout(deps, occasion, caller.session);
      return { status: 204, setCookies: clearedCookies };
    },
  };
}

import { seek } from "../domain/credentials.ts";
import type { Dependencies } from "../domain/dependencies.ts";
import { findPresented, refresh, revokeToken, tokenLogin } from "../domain/tokens.ts";
import { presentUser } from "./accounts.ts";
import type { Handlers } from "./handler.ts";
import { presentLoginFailure } from "./login-failure.ts";

export function createTokenHandlers(
  deps: Dependencies,
): Pick<Handlers, "tokenLogin" | "tokenRefresh" | "tokenRevoke" | "getTokenMe"> {
  return {
    tokenLogin: {
      async look(stores, { body }) {
        const sought = await seek(stores, body);
        return async ({ occasion, client, device }) => {
          const outcome = await tokenLogin(deps, occasion, sought, client, device);
          if ("failure" in outcome) return presentLoginFailure(outcome);
          return { status: 200, body: { tokenType: "Bearer", ...outcome } };
        };
      },
    },
    tokenRefresh: {
      goesAhead: true,
      async look(stores, { body }) {
        const found = await findPresented(deps, stores, body.refreshToken);
        return async ({ occasion }) => {
          const pair = found && (await refresh(deps, occasion, body.refreshToken, found));
          if (pair === undefined) return { problem: "invalid_refresh_token" };
          return { status: 200, body: { tokenType: "Bearer", ...pair } };
        };
      },
    },
    async tokenRevoke({ input, occasion }) {
      await revokeToken(deps, occasion, input.body.token);
      return { status: 204 };
    },
    getTokenMe: ({ caller }) => ({ status: 200, body: presentUser(caller.user) }),
  };
}

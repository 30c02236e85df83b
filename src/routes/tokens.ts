import type { Dependencies } from "../domain/dependencies.ts";
import { refresh, revokeToken, tokenLogin } from "../domain/tokens.ts";
import { presentUser } from "./accounts.ts";
import type { Handlers } from "./handler.ts";
import { presentLoginFailure } from "./login-failure.ts";

export function createTokenHandlers(
  deps: Dependencies,
): Pick<Handlers, "tokenLogin" | "tokenRefresh" | "tokenRevoke" | "getTokenMe"> {
  return {
    async tokenLogin({ input, occasion, client, device }) {
      const outcome = await tokenLogin(deps, occasion, input.body, client, device);
      if ("failure" in outcome) return presentLoginFailure(outcome);
      return { status: 200, body: { tokenType: "Bearer", ...outcome } };
    },
    async tokenRefresh({ input, occasion }) {
      const pair = await refresh(deps, occasion, input.body.refreshToken);
      if (pair === undefined) return { problem: "invalid_refresh_token" };
      return { status: 200, body: { tokenType: "Bearer", ...pair } };
    },
    async tokenRevoke({ input, occasion }) {
      await revokeToken(deps, occasion, input.body.token);
      return { status: 204 };
    },
    getTokenMe: ({ caller }) => ({ status: 200, body: presentUser(caller.user) }),
  };
}

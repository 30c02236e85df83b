import type { Dependencies } from "../domain/dependencies.ts";
import { tokenLogin } from "../domain/tokens.ts";
import { presentUser } from "./accounts.ts";
import type { Handlers } from "./handler.ts";
import { presentLoginFailure } from "./login-failure.ts";

export function createTokenHandlers(
  deps: Dependencies,
): Pick<Handlers, "tokenLogin" | "getTokenMe"> {
  return {
    async tokenLogin({ input, occasion, client }) {
      const outcome = await tokenLogin(deps, occasion, input.body, client);
      if ("failure" in outcome) return presentLoginFailure(outcome);
      return { status: 200, body: { tokenType: "Bearer", ...outcome } };
    },
    getTokenMe: ({ caller }) => ({ status: 200, body: presentUser(caller.user) }),
  };
}

import type { Dependencies } from "../domain/ports/dependencies.ts";
import { tokenLogin } from "../domain/login.ts";
import { findPresented, refresh, revokeToken, type TokenPair } from "../domain/refresh-tokens.ts";
import { presentUser } from "./accounts.ts";
import type { Handlers } from "./handler.ts";
import { presentNoSession, presentPending } from "./sessions.ts";

export function createTokenHandlers(
  deps: Dependencies,
): Pick<Handlers, "tokenLogin" | "tokenRefresh" | "tokenRevoke" | "getTokenMe"> {
  return {
    async tokenLogin({ input, occasion, client, device }) {
      const outcome = await tokenLogin(deps, occasion, { ...input.body, client, device });
      if (outcome.kind === "pending") return { status: 202, body: presentPending(outcome) };
      if (outcome.kind === "refused") return presentNoSession(outcome);
      return { status: 200, body: presentPair(outcome) };
    },
    tokenRefresh({ input, occasion, takeLimits }) {
      const { refreshToken } = input.body;
      return takeLimits(
        (stores) => findPresented(deps, stores, refreshToken),
        async (found) => {
          const pair = found && (await refresh(deps, occasion, refreshToken, found));
          if (pair === undefined) return { problem: "invalid_refresh_token" };
          return { status: 200, body: presentPair(pair) };
        },
      );
    },
    async tokenRevoke({ input, occasion }) {
      await revokeToken(deps, occasion, input.body.token);
      return { status: 204 };
    },
    getTokenMe: ({ caller }) => ({ status: 200, body: presentUser(caller.user) }),
  };
}

export function presentPair(pair: TokenPair) {
  const { accessToken, expiresInSeconds, refreshToken, refreshExpiresInSeconds } = pair;
  return {
    tokenType: "Bearer" as const,
    accessToken,
    expiresInSeconds,
    refreshToken,
    refreshExpiresInSeconds,
  };
}

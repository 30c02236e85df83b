import type { Dependencies } from "../domain/ports/dependencies.ts";
import { reauthenticate, startMailReauthentication } from "../domain/reauthentication.ts";
import { startPasskeyReauthentication } from "../domain/passkey-starts.ts";
import { sessionCookies } from "./cookies.ts";
import { csrfProof } from "../domain/csrf.ts";
import type { Handlers } from "./handler.ts";
import { overloaded } from "./overload.ts";

export function createReauthenticationHandlers(
  deps: Dependencies,
): Pick<Handlers, "startReauthentication" | "reauthenticate"> {
  return {
    async startReauthentication({ input, caller, occasion }) {
      const outcome = await (input.body.method === "mail"
        ? startMailReauthentication(deps, occasion, caller)
        : startPasskeyReauthentication(deps, occasion, caller));
      if ("failure" in outcome) return { problem: outcome.failure, methods: outcome.methods };
      return { status: 200, body: outcome };
    },
    async reauthenticate({ input, caller, occasion, sessionSecret }) {
      const outcome = await reauthenticate(deps, occasion, caller, input.body, sessionSecret);
      if ("failure" in outcome) {
        switch (outcome.failure) {
          case "overloaded":
            return overloaded("password_queue");
          case "reauthentication_required":
            return { problem: outcome.failure, methods: outcome.methods };
          case "invalid_credentials":
          case "invalid_challenge":
          case "invalid_second_factor":
            return { problem: outcome.failure };
        }
      }
      const { secret, recentUntil } = outcome;
      return {
        status: 200,
        body: { recentUntil: new Date(recentUntil).toISOString() },
        ...(secret !== undefined && { setCookies: nextCookies(secret) }),
      };

      /** Cookies of a session that goes on: its life and its CSRF proof stay. */
      function nextCookies(nextSecret: string): readonly string[] {
        const { session } = caller;
        const leftSeconds = Math.floor((session.expiresAt - occasion.now) / 1000);
        return sessionCookies(nextSecret, csrfProof(deps.secretKeys.csrf, session.id), leftSeconds);
      }
    },
  };
}

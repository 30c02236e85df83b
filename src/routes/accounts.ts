import type { z } from "zod";
import type { User as UserSchema } from "../contract/accounts.ts";
import { signup } from "../domain/accounts.ts";
import type { Dependencies } from "../domain/dependencies.ts";
import type { User } from "../domain/users.ts";
import type { Handlers } from "./handler.ts";
import { RETRY_AFTER_SECONDS } from "./overload.ts";

export function createAccountHandlers(deps: Dependencies): Pick<Handlers, "signup" | "getMe"> {
  return {
    async signup({ input, occasion }) {
      const { email, password } = input.body;
      const outcome = await signup(deps, occasion, email, password);
      if (!("failure" in outcome)) return { status: 201, body: presentUser(outcome.user) };
      switch (outcome.failure) {
        case "weak_password":
          return { problem: "weak_password", reasons: outcome.reasons };
        case "email_taken":
          return { problem: "email_taken" };
        case "overloaded":
          return { problem: "overloaded", retryAfterSeconds: RETRY_AFTER_SECONDS };
      }
    },
    getMe: ({ caller }) => ({ status: 200, body: presentUser(caller.user) }),
  };
}

/** An account as the API shows it; field by field, so that a new column shows nothing by itself (AZ-03). */
export function presentUser(user: User): z.output<typeof UserSchema> {
  const { id, email, role, disabled, createdAt } = user;
  return { id, email, role, disabled, createdAt: new Date(createdAt).toISOString() };
}

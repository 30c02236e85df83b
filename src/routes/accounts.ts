import type { z } from "zod";
import type { User as UserSchema } from "../contract/accounts.ts";
import { publishedPolicy } from "../contract/password-policy.ts";
import { changePassword, deleteMe, signup } from "../domain/accounts.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { User } from "../domain/ports/users.ts";
import { clearedCookies } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { overloaded } from "./overload.ts";
import { weakPassword } from "./weak-password.ts";

/** Long enough that a form which asks at every visit costs nothing, short enough that a new rule is known soon. Seconds. */
const POLICY_MAX_AGE_SECONDS = 300;

export function createAccountHandlers(
  deps: Dependencies,
): Pick<Handlers, "signup" | "getPasswordPolicy" | "getMe" | "changePassword" | "deleteMe"> {
  const policy = publishedPolicy(deps.passwordPolicy);
  return {
    async signup({ input, occasion }) {
      const { email, password } = input.body;
      const outcome = await signup(deps, occasion, email, password);
      if (!("failure" in outcome)) return { status: 201, body: presentUser(outcome.user) };
      switch (outcome.failure) {
        case "weak_password":
          return weakPassword(outcome);
        case "email_taken":
          return { problem: "email_taken" };
        case "overloaded":
          return overloaded("password_queue");
      }
    },
    async changePassword({ input, caller, occasion, callerDevice }) {
      const { currentPassword, newPassword } = input.body;
      const owner = { ...caller, device: await callerDevice() };
      const outcome = await changePassword(deps, occasion, owner, currentPassword, newPassword);
      if (outcome === "changed") return { status: 204 };
      switch (outcome.failure) {
        case "weak_password":
          return weakPassword(outcome);
        case "invalid_credentials":
          return { problem: "invalid_credentials" };
        case "overloaded":
          return overloaded("password_queue");
      }
    },
    async deleteMe({ input, caller, occasion }) {
      const outcome = await deleteMe(deps, occasion, caller, input.body.password);
      if (outcome === "deleted") return { status: 204, setCookies: clearedCookies };
      if (outcome === "overloaded") return overloaded("password_queue");
      return { problem: outcome };
    },
    getPasswordPolicy: () => ({
      status: 200,
      body: policy,
      cacheControl: `public, max-age=${POLICY_MAX_AGE_SECONDS}`,
    }),
    getMe: ({ caller }) => ({ status: 200, body: presentUser(caller.user) }),
  };
}

/** An account as the API shows it; field by field, so that a new column shows nothing by itself (AZ-03). */
export function presentUser(user: User): z.output<typeof UserSchema> {
  const { id, email, emailVerified, name, locale, role, disabled, createdAt } = user;
  return {
    id,
    email,
    emailVerified,
    name,
    locale,
    role,
    disabled,
    createdAt: new Date(createdAt).toISOString(),
  };
}

import type { z } from "zod";
import type { User as UserSchema } from "../contract/accounts.ts";
import { publishedPolicy } from "../contract/password-policy.ts";
import {
  changePassword,
  deleteMe,
  mayHaveAccount,
  recordClosedSignup,
  signup,
  updateMe,
} from "../domain/accounts.ts";
import { confirmSignupByCode, confirmSignupByLink, startSignup } from "../domain/signups.ts";
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
): Pick<
  Handlers,
  | "signup"
  | "confirmSignup"
  | "getPasswordPolicy"
  | "getMe"
  | "updateMe"
  | "changePassword"
  | "deleteMe"
> {
  const policy = publishedPolicy(deps.passwordPolicy);
  return {
    async signup({ input, occasion, acceptLanguage }) {
      const { email, password, locale = null } = input.body;
      if (!mayHaveAccount(deps.signup, email)) {
        await recordClosedSignup(deps, occasion, email);
        return { problem: "signup_closed" };
      }
      if (deps.signup.mode === "verified") {
        const asked = { email, password, locale, languages: acceptLanguage() };
        const outcome = await startSignup(deps, occasion, asked);
        if (!("failure" in outcome)) return { status: 202, body: outcome };
        return outcome.failure === "weak_password"
          ? weakPassword(outcome)
          : overloaded("password_queue");
      }
      const outcome = await signup(deps, occasion, { email, password, locale });
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
    async confirmSignup({ input: { body }, occasion }) {
      const outcome = await ("code" in body
        ? confirmSignupByCode(deps, occasion, body)
        : confirmSignupByLink(deps, occasion, body.token, body.newPassword));
      if (!("failure" in outcome)) return { status: 201, body: presentUser(outcome.user) };
      switch (outcome.failure) {
        case "weak_password":
          return weakPassword(outcome);
        case "invalid_challenge":
          return { problem: "invalid_challenge" };
        case "overloaded":
          return overloaded("password_queue");
      }
    },
    async updateMe({ input, caller }) {
      const { name, locale } = input.body;
      const changes = {
        ...(name !== undefined && { name }),
        ...(locale !== undefined && { locale }),
      };
      // Gone since the request was recognised: there is nobody to answer about.
      const user = (await updateMe(deps, caller.user, changes)) ?? caller.user;
      return { status: 200, body: presentUser(user) };
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

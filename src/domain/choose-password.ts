/** Choosing a password, the same wherever one is chosen: the policy is asked, then it is hashed (PW-04). */
import type { PasswordBounds } from "../contract/password-policy.ts";
import type { Uses } from "./change.ts";
import {
  findWeaknesses,
  isGuessable,
  isKnownFromBreaches,
  type PasswordWeakness,
} from "./password-policy.ts";
import type { PasswordPolicy } from "./ports/passwords.ts";

export type ChosenPassword =
  | {
      /** The hash to store. */
      readonly encoded: string;
    }
  | WeakPassword
  | { readonly failure: "overloaded" };

/** A refusal by the policy, with the bounds it has. */
export interface WeakPassword extends PasswordBounds {
  readonly failure: "weak_password";
  readonly reasons: PasswordWeakness[];
}

/**
 * Hashes a password that the policy takes for the account with this address. Nothing is stored, and nothing
 * is hashed that is refused (IV-05). May ask another machine: never inside a transaction.
 */
export async function choosePassword(
  { passwords, passwordPolicy }: Uses<"passwords" | "passwordPolicy">,
  password: string,
  email: string,
): Promise<ChosenPassword> {
  const reasons = findWeaknesses(password, email, passwordPolicy);
  if (reasons.length > 0) return weak(passwordPolicy, reasons);
  const guessable = await isGuessable(password, email, passwordPolicy);
  if (guessable === "overloaded") return { failure: guessable };
  if (guessable) return weak(passwordPolicy, ["too_guessable"]);
  if (await isKnownFromBreaches(password, passwordPolicy))
    return weak(passwordPolicy, ["breached"]);
  const hash = await passwords.hash(password);
  return hash === "overloaded" ? { failure: "overloaded" } : hash;
}

function weak({ minLength, maxLength }: PasswordPolicy, reasons: PasswordWeakness[]): WeakPassword {
  return { failure: "weak_password", reasons, minLength, maxLength };
}

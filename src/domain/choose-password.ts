/** Choosing a password, the same wherever one is chosen: the policy is asked, then it is hashed (PW-04). */
import type { Uses } from "./change.ts";
import { findWeaknesses, type PasswordWeakness } from "./password-policy.ts";

export type ChosenPassword =
  | {
      /** The hash to store. */
      readonly encoded: string;
    }
  | WeakPassword
  | { readonly failure: "overloaded" };

export interface WeakPassword {
  readonly failure: "weak_password";
  readonly reasons: PasswordWeakness[];
}

/** Hashes a password that the policy takes for the account with this address. Nothing is stored. */
export async function choosePassword(
  { passwords, passwordPolicy }: Uses<"passwords" | "passwordPolicy">,
  password: string,
  email: string,
): Promise<ChosenPassword> {
  const reasons = findWeaknesses(password, email, passwordPolicy);
  if (reasons.length > 0) return { failure: "weak_password", reasons };
  const hash = await passwords.hash(password);
  return hash === "overloaded" ? { failure: "overloaded" } : hash;
}

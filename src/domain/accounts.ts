/** Making accounts. */
import type { Dependencies } from "./dependencies.ts";
import { commit, type Occasion } from "./events.ts";
import { findWeaknesses, type PasswordWeakness } from "./password-policy.ts";
import type { Role, User } from "./users.ts";

export type SignupOutcome =
  | { readonly user: User }
  | { readonly failure: "weak_password"; readonly reasons: PasswordWeakness[] }
  | { readonly failure: "email_taken" | "overloaded" };

/** Makes an account with the role `user`, whatever else was asked for (IV-02). */
export async function signup(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<SignupOutcome> {
  const reasons = findWeaknesses(password, email, deps.passwordPolicy);
  if (reasons.length > 0) {
    await commit(deps, occasion, (_, record) =>
      record("signup_failed", { email, reason: "weak_password" }),
    );
    return { failure: "weak_password", reasons };
  }

  // Hashed before it is known whether the address is free, so that time does not tell (ET-01).
  const hash = await deps.passwords.hash(password);
  if (hash === "overloaded") return { failure: "overloaded" };

  const user = newUser(deps, occasion, email, "user");
  return commit(deps, occasion, async (stores, record): Promise<SignupOutcome> => {
    if (await stores.insertUser(user, hash.encoded)) {
      await record("signup", { userId: user.id, email });
      return { user };
    }
    await record("signup_failed", { email, reason: "email_taken" });
    return { failure: "email_taken" };
  });
}

/** Makes the first admin, once, while there is none; also when several processes try (LG-05). */
export async function makeFirstAdmin(
  deps: Dependencies,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<"made" | "admin_exists" | "email_taken" | "overloaded"> {
  const hash = await deps.passwords.hash(password);
  if (hash === "overloaded") return "overloaded";
  const user = newUser(deps, occasion, email, "admin");
  return commit(deps, occasion, async (stores, record) => {
    const outcome = await stores.insertFirstAdmin(user, hash.encoded);
    if (outcome !== "inserted") return outcome;
    await record("signup", { userId: user.id, email });
    return "made" as const;
  });
}

function newUser(deps: Dependencies, { now }: Occasion, email: string, role: Role): User {
  return { id: deps.newId(now), email, role, disabled: false, createdAt: now };
}

/** Administrators, as whoever runs the server makes them: by a command, with no caller behind it. */
import type { Dependencies } from "./dependencies.ts";
import { commit, type Journal, type Occasion } from "./events.ts";
import { findWeaknesses, type PasswordWeakness } from "./password-policy.ts";
import type { User } from "./users.ts";

export type CreateAdminOutcome =
  | { readonly user: User }
  | { readonly failure: "weak_password"; readonly reasons: PasswordWeakness[] }
  | { readonly failure: "email_taken" | "overloaded" };

/** Makes an account with the role `admin`, under the same rules for its password as any other. */
export async function createAdmin(
  deps: Journal & Pick<Dependencies, "passwords" | "passwordPolicy">,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<CreateAdminOutcome> {
  const reasons = findWeaknesses(password, email, deps.passwordPolicy);
  if (reasons.length > 0) return { failure: "weak_password", reasons };
  const hash = await deps.passwords.hash(password);
  if (hash === "overloaded") return { failure: "overloaded" };
  const { now } = occasion;
  const user: User = { id: deps.newId(now), email, role: "admin", disabled: false, createdAt: now };
  return commit(deps, occasion, async (stores, record): Promise<CreateAdminOutcome> => {
    if (!(await stores.insertUser(user, hash.encoded))) return { failure: "email_taken" };
    await record("signup", { userId: user.id, email });
    return { user };
  });
}

/** Makes an account an administrator, at once; undefined where no account has the address. Nobody is told twice. */
export async function promoteToAdmin(
  journal: Journal,
  occasion: Occasion,
  email: string,
): Promise<User | undefined> {
  return commit(journal, occasion, async (stores, record) => {
    const found = await stores.findUserByEmail(email);
    if (found === undefined) return undefined;
    const userId = found.user.id;
    await stores.holdPasswordHash(userId); // of two at once, the second finds what the first has done
    const held = await stores.findUser(userId);
    if (held === undefined || held.role === "admin") return held;
    const user = await stores.updateUserUnlessLastAdmin(userId, { role: "admin" });
    if (typeof user === "string") throw new Error(`A promotion was refused: ${user}`);
    await record("user_updated", { userId, actorId: null, changes: { role: "admin" } });
    return user;
  });
}

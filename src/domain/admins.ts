/** Administrators, as the operator makes them: by a command, with no caller behind it. */
import { newUser } from "./accounts.ts";
import { commit, type Uses } from "./change.ts";
import { choosePassword, type WeakPassword } from "./choose-password.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { User } from "./ports/users.ts";

export type CreateAdminOutcome =
  { readonly user: User } | WeakPassword | { readonly failure: "email_taken" | "overloaded" };

/** Makes an account with the role `admin`, under the same rules for its password as any other. */
export async function createAdmin(
  deps: Journal & Uses<"passwords" | "passwordPolicy">,
  occasion: Occasion,
  email: string,
  password: string,
): Promise<CreateAdminOutcome> {
  const chosen = await choosePassword(deps, password, email);
  if ("failure" in chosen) return chosen;
  const user = newUser(deps, occasion, email, { role: "admin", emailVerified: true });
  return commit(deps, occasion, async ({ stores, record }): Promise<CreateAdminOutcome> => {
    if (!(await stores.users.insert(user, chosen.encoded))) return { failure: "email_taken" };
    await record("signup", { userId: user.id, email, role: user.role, by: "command" });
    return { user };
  });
}

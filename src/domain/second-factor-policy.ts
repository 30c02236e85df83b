/** The policy of the setting `SECOND_FACTOR`: who must have a second factor (MF-15). */
import type { Uses } from "./change.ts";
import type { User } from "./ports/users.ts";

/** True where the account should have a second factor and has none; false, at once, where the policy asks nothing of it. */
export function mustEnrol(
  { storage, secondFactor }: Uses<"storage" | "secondFactor">,
  { id, role }: User,
): false | Promise<boolean> {
  if (secondFactor === "optional" || (secondFactor === "admins" && role !== "admin")) return false;
  return storage.factors.has(id).then((has) => !has);
}

import type { WeakPasswordSentences } from "../../contract/password-policy.ts";
import type { Problem } from "./problem.ts";

/** Says why a new password was refused; undefined where the problem is not about it. */
export function refusalOfPassword(
  problem: Problem,
  sentences: WeakPasswordSentences,
): string | undefined {
  if (problem.code === "weak_password")
    return problem.reasons.map((reason) => sentences[reason]).join(" ");
  // A fault that no policy judges, such as half a character: the message says it.
  if (problem.code !== "validation_failed") return undefined;
  return problem.issues.find(({ path }) => path.join() === "newPassword")?.message;
}

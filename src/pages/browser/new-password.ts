import type { WeakPasswordSentences } from "../../contract/password-policy.ts";
import type { Problem } from "./problem.ts";

/** Says why a new password was refused; undefined where the problem is not about it. */
export function refusalOfPassword(
  problem: Problem,
  sentences: WeakPasswordSentences,
): string | undefined {
  if (problem.code === "weak_password")
    return problem.reasons.map((reason) => sentences[reason]).join(" ");
  if (problem.code !== "validation_failed") return undefined;
  // The schema has bounds of its own, which every deployment keeps within: its message would name those.
  const issue = problem.issues.find(({ path }) => path.join() === "newPassword");
  if (issue?.code === "too_small") return sentences.too_short;
  if (issue?.code === "too_big") return sentences.too_long;
  return undefined;
}

import type { Failure } from "../kit/failure.ts";
import { say } from "./words.ts";

/**
 * The sentence for a refusal after which this link is good for nothing more; undefined where it may be tried again.
 * `noLongerGood` says what to do where the link is spent.
 */
export function overBy({ code, fields }: Failure, noLongerGood: string): string | undefined {
  if (code === "invalid_challenge" || code === "invalid_reset_token") return noLongerGood;
  // A person typed what has a field, and is told there: the link was spoiled on its way.
  if (code === "validation_failed" && Object.keys(fields).length === 0) return say("incomplete");
  return undefined;
}

/**
 * The checks of a request, in their order. The order is a promise: a stranger learns from no validation failure
 * what only an administrator may ask, and no limit is used up by a request that was refused before.
 */
import type { OperationDescription } from "../../contract/operation.ts";
import type { ProblemCode } from "../../contract/problems.ts";
import type { Failure } from "../handler.ts";
import type { Check, Judged } from "./check.ts";
import { crossSite } from "./cross-site.ts";
import { csrf } from "./csrf.ts";
import { draining } from "./draining.ts";
import { enrolled } from "./enrolled.ts";
import { identify } from "./identify.ts";
import { limits } from "./limits.ts";
import { mediaType } from "./media-type.ts";
import { recent } from "./recent.ts";
import { recentForBody } from "./recent-for-body.ts";
import { role } from "./role.ts";
import { scraper } from "./scraper.ts";
import { switchedOff } from "./switched-off.ts";
import { validation } from "./validation.ts";

export const checks = [
  switchedOff,
  draining,
  crossSite,
  scraper,
  identify,
  csrf,
  role,
  enrolled,
  recent,
  mediaType,
  validation,
  recentForBody,
  limits,
] as const;

/** The checks that concern an operation, in order, as one: the first refusal, or undefined where all let the request through. */
export function checksOf(
  operation: OperationDescription,
): (judged: Judged) => Promise<Failure<ProblemCode> | undefined> {
  const concerned = checks.filter((check: Check) => check.concerns(operation));
  return async (judged) => {
    for (const check of concerned) {
      const judgement = check.judge(judged);
      const refusal = judgement instanceof Promise ? await judgement : judgement;
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
}

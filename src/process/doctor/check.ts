/** A check, and how one that fails or hangs becomes a line all the same. */
import type { DoctorCheck } from "../../contract/doctor.ts";
import type { Variables } from "../setting-variables.ts";
import { attention, type Finding, messageOf, wrong } from "./finding.ts";
import type { Look } from "./look.ts";

export interface Check<Of = Look> {
  /** The settings without which it would look at something that nobody meant. */
  readonly standsOn: readonly (keyof Variables)[];
  /** How long it may take. Milliseconds; `CHECK_TIMEOUT_MS` where it is absent. */
  readonly timeoutMs?: number;
  /** Looks and judges. Where it rejects, the line says so. */
  run(look: Of): Promise<readonly Finding[]>;
}

/** Above what any connection within a check may take, so that the check can say itself what hung. Milliseconds. */
const CHECK_TIMEOUT_MS = 12_000;

/** Runs a check. Never rejects, and never takes longer than it may. `look` is undefined where no settings can be read. */
export async function runCheck<Of = Look>(
  check: Check<Of>,
  look: Of | undefined,
  faulty: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const unread = check.standsOn.filter((name) => faulty.has(name));
  if (unread.length > 0)
    return [
      attention(`not looked at: ${unread.join(", ")} is faulty`, "Correct the setting first"),
    ];
  if (look === undefined)
    return [attention("not looked at: the settings cannot be read", "Correct the settings first")];
  const { timeoutMs = CHECK_TIMEOUT_MS } = check;
  const late = Promise.withResolvers<readonly Finding[]>();
  const timer = setTimeout(
    () =>
      late.resolve([
        wrong(`no answer within ${timeoutMs / 1000} seconds`, "Look at what it asks: it hangs"),
      ]),
    timeoutMs,
  );
  return Promise.race([check.run(look), late.promise])
    .catch((error: unknown) => [
      wrong(`could not be looked at: ${messageOf(error)}`, "Report it, if you cannot see why"),
    ])
    .finally(() => clearTimeout(timer));
}

/** Every check by its name: one that is missing does not compile. */
export type Checks = Readonly<Record<DoctorCheck, Check>>;

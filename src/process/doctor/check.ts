/** The parts that every check has, and how one that fails or hangs becomes a line all the same. */
import type { DoctorCheck, DoctorFinding, Posture } from "../../contract/doctor.ts";
import type { Variables } from "../setting-variables.ts";
import type { Look } from "./look.ts";

/** A finding without the name of its check, which only the table of checks knows. */
export type Finding = Omit<DoctorFinding, "check">;

/** Good; `next` is for what would be better still. */
export function ok(why: string, next: string | null = null): Finding {
  return { status: "ok", subject: null, why, next };
}

/** It works, and is hardly meant. */
export function attention(why: string, next: string): Finding {
  return { status: "attention", subject: null, why, next };
}

/** Broken, or open to strangers. */
export function wrong(why: string, next: string): Finding {
  return { status: "wrong", subject: null, why, next };
}

/** Says what a finding is about, where a check finds several. */
export function about(subject: string, finding: Finding): Finding {
  return { ...finding, subject };
}

export interface Check {
  /** The settings without which it would look at something that nobody meant. */
  readonly standsOn: readonly (keyof Variables)[];
  /** How long it may take. Milliseconds; `CHECK_TIMEOUT_MS` where it is absent. */
  readonly timeoutMs?: number;
  /** Looks and judges. Where it rejects, the line says so. */
  run(look: Look): Promise<readonly Finding[]>;
}

/** Above what any connection within a check may take, so that the check can say itself what hung. Milliseconds. */
const CHECK_TIMEOUT_MS = 12_000;

/** Runs a check. Never rejects, and never takes longer than it may. `look` is undefined where no settings can be read. */
export async function runCheck(
  check: Check,
  look: Look | undefined,
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

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of an error of the system, of a database or of TLS; its message where it has none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && typeof error.code === "string") return error.code;
  // Of several addresses, each of which was tried.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.message;
}

/** The worst of them. */
export function worstOf(statuses: readonly Posture[]): Posture {
  return (
    statuses.find((status) => status === "wrong") ??
    statuses.find((status) => status !== "ok") ??
    "ok"
  );
}

/** Every check by its name: one that is missing does not compile. */
export type Checks = Readonly<Record<DoctorCheck, Check>>;

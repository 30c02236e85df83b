/** A finding: a status, a fact and a next step. And how an error becomes words for one. */
import type { DoctorFinding, Posture } from "../../contract/doctor.ts";

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

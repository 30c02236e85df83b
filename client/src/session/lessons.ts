/** Tells what a call says about the session. */
import { textIn } from "../answer.ts";
import type { OperationRow } from "../input.ts";
import { isPending } from "../login-pending.ts";
import type { Schemas, UntypedResult } from "../result.ts";

/**
 * `user`: there is a session, and the answer has its account. `ended`: there is none. `revoked`: that of a token has
 * ended, which need not be the client's own. `changed`: it is another than before, or its account is. `doubtful`: it may
 * have ended.
 */
export type Lesson =
  | { readonly kind: "ended" | "revoked" | "changed" | "doubtful" }
  | { readonly kind: "user"; readonly user: Schemas["User"] };

/** By the table of operations: a way to sign in that is added to it needs nothing here. */
export function lessonOf(row: OperationRow, result: UntypedResult): Lesson | undefined {
  if (!result.ok) {
    // One request without a session proves little: another tab may just have signed in.
    const isDoubtful = result.status === 401 && textIn(result.problem, "code") === UNAUTHENTICATED;
    return isDoubtful ? { kind: "doubtful" } : undefined;
  }
  if (isPending(result.data)) return undefined;
  switch (row.learns) {
    case "csrfToken":
      // The proven edge: what brings a CSRF proof is a `Session` of the document.
      return { kind: "user", user: (result.data as Schemas["Session"]).user };
    case "tokens":
      return { kind: "changed" };
    case "signedOut":
      return { kind: row.accepts.includes("session") ? "ended" : "revoked" };
    case undefined:
      return isChangeOfOwnAccount(row) ? { kind: "changed" } : undefined;
    default:
      return row.learns satisfies never;
  }
}

/** Also of what `getMe` does not show: a list of what it does would have to be kept. */
function isChangeOfOwnAccount({ method, path }: OperationRow): boolean {
  return method !== "GET" && path.startsWith("/me");
}

/** Said of a request without a live session. 401 has other codes, about what a body proves. */
export const UNAUTHENTICATED = "unauthenticated";

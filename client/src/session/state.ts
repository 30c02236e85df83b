/** The state of a session, as far as a page knows it. */
import { textIn } from "../answer.ts";
import type { Result, Schemas } from "../result.ts";
import { UNAUTHENTICATED } from "./lessons.ts";

/**
 * `unknown` until the first answer, and on a server. A user is shown on while the server cannot be asked: that nobody
 * answers is no sign-out.
 */
export type SessionState =
  | { readonly status: "unknown" | "signed_out"; readonly user?: undefined }
  | { readonly status: "signed_in"; readonly user: Schemas["User"] };

export const UNKNOWN: SessionState = { status: "unknown" };
export const SIGNED_OUT: SessionState = { status: "signed_out" };

export function signedInAs(user: Schemas["User"]): SessionState {
  return { status: "signed_in", user };
}

/** The state by an answer of `getMe`; undefined where nobody answered who could know. */
export function stateOf(me: Result<"getMe">): SessionState | undefined {
  if (me.ok) return signedInAs(me.data);
  return textIn(me.problem, "code") === UNAUTHENTICATED ? SIGNED_OUT : undefined;
}

/** Compared by what it says, so that a listener is told of changes alone. */
export function isSameState(one: SessionState, other: SessionState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

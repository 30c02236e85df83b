/** How requests prove who makes them: the seam between the transport and the ways of signing in. */
import type { Deadline } from "./deadline.ts";
import type { Mode, OperationRow } from "./input.ts";
import type { UntypedResult, UntypedSuccess } from "./result.ts";
import type { WebHeaders, WebRequest, WebResponse } from "./web.ts";

/** The requests that the browser adds its cookies to, and keeps those of their answers. */
export type CookieUse = "omit" | "same-origin" | "include";

/** One way of signing in. A client has exactly one, so a cookie and a token never travel together. */
export interface Credential {
  readonly mode: CookieUse;
  /** Puts the proof on a request that is about to leave. */
  attach(request: WebRequest, row: OperationRow, deadline: Deadline): Promise<void>;
  /** Sees the head of every answer, whatever its status. */
  keep?(response: WebResponse, url: string): Promise<void>;
  /** Sees each success of an operation that teaches the client, which `row.learns` names, and its input. */
  learn?(
    row: OperationRow,
    result: UntypedSuccess,
    input: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  /** Sees the first result of a request: "repeat" sends it once more, with a better proof. */
  recover?(
    request: WebRequest,
    result: UntypedResult,
    deadline: Deadline,
  ): Promise<UntypedResult | "repeat">;
}

/** The credential of a client. */
export interface OwnCredential extends Credential {
  /** How the client signs in; an operation that does not fit is refused. */
  readonly signsInBy: Mode;
  /** Ends the session the client is signed in with, by the operation that does. */
  signOut(call: CallRow): Promise<UntypedResult>;
}

/** Calls the operation of a row. */
export type CallRow = (
  row: OperationRow,
  input: Readonly<Record<string, unknown>>,
) => Promise<UntypedResult>;

/** The caller put a credential on the call: the client adds none of its own and keeps none. */
export const callersOwn: Credential = { mode: "omit", attach: async () => {} };

/** Throws a TypeError where a call brings both kinds: the server could not tell which was meant. */
export function bringsCredential(headers: WebHeaders): boolean {
  const [cookie, token] = [headers.has("cookie"), headers.has("authorization")];
  if (cookie && token) throw new TypeError("Send a cookie or an access token, not both");
  return cookie || token;
}

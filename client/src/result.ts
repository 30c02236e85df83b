/** The result of an operation: one variant per documented status, and one for no usable answer. */
import type { components, operations } from "./generated/schema.ts";
import type { OperationId } from "./input.ts";
import type { WebResponse } from "./web.ts";

type Responses<K extends OperationId> = operations[K]["responses"];
/** `undefined` for an answer without a body. */
type BodyOf<R> = R extends { content: infer Content } ? Content[keyof Content] : undefined;

interface Answered<Status> {
  readonly status: Status;
  /** The request's name in the server's log; "" where the server does not let this origin read it. */
  readonly requestId: string;
  /** The answer itself, for its headers. Its body has been read. */
  readonly response: WebResponse;
}

/** A documented success. */
export interface Success<Status, Data> extends Answered<Status> {
  readonly ok: true;
  readonly data: Data;
}

/** A documented failure: an RFC 9457 problem document. */
export interface Failure<Status, Problem> extends Answered<Status> {
  readonly ok: false;
  readonly problem: Problem;
  /** Never there. Named, so that `r.problem?.detail ?? r.failure` compiles as soon as `r.ok` is false. */
  readonly failure?: undefined;
}

/** Nothing the document describes came back. Whether the server did what was asked is unknown. */
export interface NoAnswer {
  readonly ok: false;
  readonly status: 0;
  /** Never there, as in a `Failure` there is no `failure`. */
  readonly problem?: undefined;
  /**
   * `network`: the server was not reached or the connection broke. `timeout`: `timeoutMs` passed.
   * `aborted`: by your signal. `unexpected_answer`: a redirect, a proxy's error page, an
   * undocumented status, or a body that is not what the document says. `refresh_failed`: the
   * access token was refused and could not be renewed for now (bearer mode); still signed in.
   */
  readonly failure: "network" | "timeout" | "aborted" | "unexpected_answer" | "refresh_failed";
  /** The thrown value, if there was one; for `refresh_failed` the result of the refresh. */
  readonly error?: unknown;
  /** The answer, if one began. Its body may have been read. */
  readonly response?: WebResponse | undefined;
}

type Outcome<Status, Response> = Status extends number
  ? `${Status}` extends `2${string}`
    ? Success<Status, BodyOf<Response>>
    : Failure<Status, BodyOf<Response>>
  : never;

/**
 * Everything the operation can come to, told apart by `status` (and by `ok`). A `switch` over
 * `status` is exhaustive when it has every documented status and 0. Of several operations, all that each can come to.
 */
export type Result<K extends OperationId> = Documented<K> | NoAnswer;

type Documented<K extends OperationId> = K extends OperationId
  ? { [Status in keyof Responses<K>]: Outcome<Status, Responses<K>[Status]> }[keyof Responses<K>]
  : never;

/** A success before the document's types are laid over it. */
export type UntypedSuccess = Success<number, unknown>;
/** The result before the document's types are laid over it. */
export type UntypedResult = UntypedSuccess | Failure<number, unknown> | NoAnswer;

/** The document's schemas by name: `Schemas["UserPage"]`. */
export type Schemas = components["schemas"];

/** A part of the request that a schema can check. */
export type RequestPart = "params" | "query" | "body";

/** Path parameters as the router captured them, percent-decoded, with no prototype. */
export type RawParams = Record<string, string>;

/** The query string as a record with no prototype; a repeated key holds an array, in order. */
export type RawQuery = Record<string, string | string[]>;

/**
 * One reason why a part did not pass: where (`part` and `path`, empty for the part as a whole) and
 * why (`message` and the schema library's `code`, or `invalid_json`). It never holds the rejected
 * value, which may be a password.
 */
export interface ValidationIssue {
  part: RequestPart;
  path: string[];
  message: string;
  code: string;
}

/** The input when every schema passed: each part is its schema's output, or raw without a schema. */
export interface InputStateOk<TParams = unknown, TQuery = unknown, TBody = unknown> {
  ok: true;
  params: TParams;
  query: TQuery;
  body: TBody;
  issues: [];
  failed: [];
}

/** The input when a schema failed: no values at all, every issue of every part, and which parts. */
export interface InputStateFailed {
  ok: false;
  params: undefined;
  query: undefined;
  body: undefined;
  issues: ValidationIssue[];
  failed: RequestPart[];
}

/** The outcome of validation. It is a value: the handler decides what a failure answers. */
export type InputState<TParams = unknown, TQuery = unknown, TBody = unknown> =
  InputStateOk<TParams, TQuery, TBody> | InputStateFailed;

/**
 * The frozen argument of `resolve`. `locals` is what `onRequest` returned (`{}` if nothing), and
 * `env` is the second argument of `app.fetch`, which the server or the platform supplies.
 */
export interface Context<TParams = unknown, TQuery = unknown, TBody = unknown, TEnv = unknown> {
  readonly request: Request;
  readonly input: InputState<TParams, TQuery, TBody>;
  readonly locals: Record<string, unknown>;
  readonly env: TEnv;
}

/** The input of an operation: its path parameters, query and body merged into one flat object. */
import type { operationTable } from "./generated/operations.ts";
import type { operations } from "./generated/schema.ts";

/** The name of an operation, as the document calls it. */
export type OperationId = keyof typeof operationTable;

type Parameters<K extends OperationId> = operations[K]["parameters"];
type Path<K extends OperationId> = Fields<Parameters<K>["path"]>;
type Query<K extends OperationId> = Fields<Parameters<K>["query"]>;
type Body<K extends OperationId> = operations[K] extends {
  requestBody: { content: { "application/json": infer B } };
}
  ? B
  : unknown;
/** The fields of one part; `unknown`, which adds nothing, where the operation has no such part. */
type Fields<Part> = [NonNullable<Part>] extends [never] ? unknown : NonNullable<Part>;

/**
 * A body in one of several forms: a field of another form must not be there too, though TypeScript would let it. Named,
 * so that it can be asked for.
 */
type OneOf<Forms, All = Forms> = unknown extends Forms
  ? unknown
  : Forms extends unknown
    ? Forms & { [Key in Exclude<KeyOfAny<All>, keyof Forms>]?: undefined }
    : never;
type KeyOfAny<Forms> = Forms extends unknown ? keyof Forms : never;

/** A field that may be left out may also be undefined, whatever `exactOptionalPropertyTypes` says: it is not sent. */
type Flat<T> = unknown extends T
  ? Record<string, never>
  : { [Key in keyof T]: Record<never, never> extends Pick<T, Key> ? T[Key] | undefined : T[Key] };

/** The first argument of an operation's function. An operation that takes nothing has an empty object. */
export type Input<K extends OperationId> = Flat<Path<K> & Query<K> & OneOf<Body<K>>>;
/** An input once it has travelled: a field that was undefined is absent. */
export type SentInput<K extends OperationId> = Sent<Path<K> & Query<K> & Body<K>>;
type Sent<T> = unknown extends T ? Record<string, never> : { [Key in keyof T]: T[Key] };

type Row = (typeof operationTable)[OperationId];
/** A credential that signs an account in, as the document calls it. */
export type CredentialName = Row["accepts"][number];
/** `csrfToken` and `tokens`: the answer brings them. `signedOut`: the caller's session, or that of the token in the body, has ended. */
export type Lesson = Extract<Row, { readonly learns: string }>["learns"];

/** How a client signs in: with cookies, with tokens in a store of its own, or with a token from elsewhere. */
export type Mode = "cookies" | "tokens" | "accessToken";
/** The modes of the clients that an operation is of use to. */
export type ModeOf<K extends OperationId> = (typeof operationTable)[K] extends {
  readonly modes: readonly (infer M)[];
}
  ? M
  : Mode;

/** A row of the operation table: where the operation is, and which part each input goes to. */
export interface OperationRow {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly params: readonly string[];
  readonly query: readonly string[];
  /** True where it takes a body: all that is neither a path parameter nor query. */
  readonly body: boolean;
  /** The credentials it takes. None: open to everybody. */
  readonly accepts: readonly CredentialName[];
  /** Changes the login that a client keeps, when it succeeds. */
  readonly learns?: Lesson;
  /** The modes of the clients that it is of use to, unless it is to all. */
  readonly modes?: readonly Mode[];
  /** The body of each documented status. */
  readonly answers: Readonly<Partial<Record<number, AnswerKind>>>;
}

/** The kind of body of an answer: JSON, a problem document (RFC 9457), plain text, or nothing. */
export type AnswerKind = "json" | "problem" | "text" | "none";

/** An input taken apart again. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Takes a flat input apart. What an operation without a body does not know is dropped, so that a
 * field given by mistake cannot end up in a URL. Throws a TypeError for a path parameter that no URL can carry.
 */
export function requestParts(
  row: OperationRow,
  input: Readonly<Record<string, unknown>>,
): RequestParts {
  const named = new Set([...row.params, ...row.query]);
  const rest = Object.entries(input).filter(([name]) => !named.has(name));
  return {
    path: Object.fromEntries(row.params.map((name) => [name, pathSegment(name, input[name])])),
    query: Object.fromEntries(row.query.map((name) => [name, encodable(input[name])])),
    body: row.body ? Object.fromEntries(rest) : undefined,
  };
}

/**
 * A URL resolves `.` and `..` even when they are percent-encoded, and an empty segment vanishes:
 * deleting the user `..` would become a request for another resource (URL standard §4.4).
 */
function pathSegment(name: string, value: unknown): string {
  if (typeof value === "string" && !["", ".", ".."].includes(value)) return encodable(value);
  throw new TypeError(`${name} must be a string that is not empty, "." or ".."`);
}

/**
 * Half a surrogate pair, as a cut emoji leaves it, becomes U+FFFD: what every URL makes of it
 * (WHATWG URL §5.1, Web IDL USVString), and `encodeURIComponent` would throw. The server then answers.
 */
function encodable<T>(value: T): T;
function encodable(value: unknown): unknown {
  return typeof value === "string" ? value.replace(/\p{Cs}/gu, "\ufffd") : value;
}

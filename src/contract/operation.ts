/** The grammar of the contract: what an operation is. Operations are data; nothing here runs them. */
import type { z } from "zod";
import type { EventName } from "./events.ts";
import type { DeclaredLimit } from "./limits.ts";
import type { ProblemCode } from "./problems.ts";
import { isSafeMethod, type Security } from "./security.ts";
import type { Tag } from "./tags.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

/**
 * Teaches a client that keeps a login what has become of it. `csrfToken` and `tokens`: the answer brings them,
 * and they replace what was kept. `signedOut`: the session has ended, that of the caller where the operation
 * accepts a credential, else that of the token in the body.
 */
export type Lesson = "csrfToken" | "tokens" | "signedOut";

/** Recent authentication is asked for only where the body has, or lacks, this property. */
export type RecentIf = { readonly bodyHas: string } | { readonly bodyLacks: string };

/** A request part whose fields have names: path parameters, query, headers. */
export type Fields = z.ZodObject;

export interface ResponseDescription {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly body?: z.ZodType;
  /** Absent: `application/json`. */
  readonly mediaType?: string;
  /** Headers beyond those every answer carries; name to what it says. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of those of them that some answers lack. */
  readonly sometimes?: readonly string[];
}

export interface OperationDescription {
  readonly operationId: string;
  readonly method: Method;
  /** With OpenAPI's braces: `/users/{userId}`. */
  readonly path: `/${string}`;
  readonly tags: readonly [Tag, ...Tag[]];
  readonly summary: string;
  readonly description: string;
  readonly security: Security;
  /** The caller has proved who they are a short time ago (`RECENT_AUTH_SECONDS`), with this very session (D4). */
  readonly recent?: true | RecentIf;
  /** Passes where the setting `SECOND_FACTOR` asks for a second factor that the account does not have (MF-15). */
  readonly whileUnenrolled?: true;
  /** Answered like a path that does not exist while this setting is off (ML-07). */
  readonly switchedBy?: "MAIL_LOGIN";
  readonly request: {
    readonly params?: Fields;
    /** Strict. Absent: the operation takes no query, and refuses one unless `ignoresQuery` says otherwise. */
    readonly query?: Fields;
    readonly headers?: Fields;
    readonly body?: z.ZodType;
  };
  readonly responses: Readonly<Record<number, ResponseDescription>>;
  /** The failures the handler itself answers. Those of the pipeline around it follow from the rest. */
  readonly problems: readonly ProblemCode[];
  /** The log events the handler may record. */
  readonly events: readonly EventName[];
  /** How often it may be called, by whom: enforced before the handler, in this order. */
  readonly limits?: readonly DeclaredLimit[];
  /** Changes the login that a client keeps, when it succeeds. Absent: it leaves it alone. */
  readonly learns?: Lesson;
  /** Pages of every origin may read its answers, without credentials (HD-10). For what is public and the same for everybody. */
  readonly readableByEveryOrigin?: true;
  /** It depends on no storage, so nothing outside this process can make it fail. */
  readonly selfContained?: true;
}

/** Declares an operation; its literal types are kept, so that handlers and the SDK are bound to them. */
export function operation<const O extends OperationDescription>(description: O): O {
  return description;
}

/**
 * True for what anybody may read and nothing can narrow: health, public keys. Monitors and caches add queries of
 * their own, and there is nothing that one could have meant, so it is ignored. Elsewhere a query is a filter, and a
 * misspelt one that were ignored would answer a wrong list (docs/decisions/0004-strict-queries.md).
 */
export function ignoresQuery({ method, security, request }: OperationDescription): boolean {
  return method === "GET" && security.accepts.length === 0 && Object.keys(request).length === 0;
}

const bodyProblems = [
  "invalid_json",
  "payload_too_large",
  "unsupported_media_type",
  "unsupported_content_encoding",
] as const;

/** Every problem the operation can answer: its handler's own, and those of the pipeline around it. */
export function problemsOf(operation: OperationDescription): readonly ProblemCode[] {
  const { accepts, optional, role, scrapersOnly } = operation.security;
  const codes = new Set<ProblemCode>(operation.problems);
  if (!ignoresQuery(operation)) codes.add("validation_failed");
  if (operation.request.body) for (const code of bodyProblems) codes.add(code);
  if (accepts.length > 0 && !optional) codes.add("unauthenticated");
  if (scrapersOnly) codes.add("unauthenticated").add("not_found");
  if (operation.security.accepts.length > 0 && !optional && !operation.whileUnenrolled)
    codes.add("second_factor_enrolment_required");
  if (operation.switchedBy) codes.add("not_found");
  if (role) codes.add("forbidden");
  if (operation.recent) codes.add("reauthentication_required");
  if (!isSafeMethod(operation.method)) codes.add("origin_not_allowed").add("csrf_rejected");
  if (operation.limits) codes.add("rate_limited");
  if (!operation.selfContained) codes.add("internal_error").add("overloaded");
  return [...codes];
}

/** Every event that may be recorded while the operation is answered. */
export function eventsOf(operation: OperationDescription): readonly EventName[] {
  const events = new Set<EventName>([...operation.events, "request"]);
  const codes = problemsOf(operation);
  if (codes.includes("csrf_rejected")) events.add("csrf_rejected");
  if (codes.includes("rate_limited")) events.add("rate_limited");
  if (codes.includes("forbidden")) events.add("authorization_denied");
  if (codes.includes("overloaded")) events.add("overloaded");
  if (codes.includes("internal_error")) events.add("unhandled_error");
  return [...events];
}

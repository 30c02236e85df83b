/** Handlers: given a checked call, each answers a value that its operation declares. Nothing else compiles. */
import type { z } from "zod";
import type { EventName } from "../contract/events.ts";
import type { Credential } from "../contract/credentials.ts";
import type { OperationDescription } from "../contract/operation.ts";
import type { OperationId, Operations } from "../contract/operations.ts";
import type { ProblemCode, ProblemFields } from "../contract/problems.ts";
import type { Security } from "../contract/security.ts";
import type { KnownDevice } from "../domain/devices.ts";
import type { Occasion } from "../domain/ports/events.ts";
import type { Limited } from "../domain/limits.ts";
import type { Client, Session } from "../domain/ports/sessions.ts";
import type { Stores } from "../domain/ports/storage.ts";
import type { User } from "../domain/ports/users.ts";
import type { OverloadCause } from "./overload.ts";

/** One handler per operation; a missing one does not compile. */
export type Handlers = {
  readonly [Id in OperationId]: Id extends typeof TAKES_OWN_LIMITS
    ? LimitTakingHandler<Operations[Id]>
    : Handler<Operations[Id]>;
};

/**
 * The operation whose handler takes its limits itself: its reading travels with them in one round trip, and on
 * SQLite its change shares their COMMIT. Other operations with limits hash a password, beside which a round
 * trip is nothing.
 */
export const TAKES_OWN_LIMITS = "tokenRefresh" satisfies OperationId;

export type Handler<O extends OperationDescription> = (
  call: Call<O>,
) => Answer<O> | Promise<Answer<O>>;

/** Its answer is one that only `takeLimits` gives: a handler that forgets its limits does not compile. */
export type LimitTakingHandler<O extends OperationDescription> = (
  call: Call<O> & { readonly takeLimits: TakeLimits<Answer<O>> },
) => Promise<AfterLimits<Answer<O>>>;

/**
 * Takes the operation's limits while `look` reads. Where they let the request through, `answer` makes the answer of
 * what was found; it is given once the limits are durable.
 */
export type TakeLimits<A> = <Found>(
  look: (stores: Stores) => Promise<Found>,
  answer: (found: Found) => Promise<A>,
) => Promise<AfterLimits<A>>;

/** An answer for which limits were taken. */
export interface AfterLimits<A> {
  readonly afterLimits: A | Failure<"rate_limited">;
}

/** The proven author of a call. */
export interface Caller {
  readonly user: User;
  readonly session: Session;
  readonly credential: Credential;
}

/** A request that has passed every check of its operation. */
export interface Call<O extends OperationDescription> {
  readonly input: {
    readonly params: Parsed<O["request"]["params"]>;
    readonly query: Parsed<O["request"]["query"]>;
    readonly body: Parsed<O["request"]["body"]>;
  };
  readonly caller: CallerOf<O["security"]>;
  readonly occasion: Occasion;
  readonly client: Client;
  /** Where the operation is a login: the device it comes from, if the account knows it. */
  readonly device: KnownDevice | undefined;
  /** The device the request comes from, if the caller's account knows it. */
  readonly callerDevice: () => Promise<KnownDevice | undefined>;
  /** The secrets of the request's device cookie, newest first: of this account and of others. */
  readonly readDeviceSecrets: () => readonly string[];
  /** The challenge that the request's browser has begun, by its cookie. */
  readonly readChallengeToken: () => string | undefined;
  /** The request's Accept-Language; null where it has none. For the language of the mail that it asks for. */
  readonly acceptLanguage: () => string | null;
  /** The secret of the request's session cookie, also where it signs nobody in. */
  readonly sessionSecret: string | undefined;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type CallerOf<S extends Security> = S["accepts"] extends readonly []
  ? undefined
  : S["optional"] extends false
    ? Caller
    : Caller | undefined;

/** A declared success, or a declared problem. */
export type Answer<O extends OperationDescription> = Success<O> | Failure<FailureCode<O>>;

type Success<O extends OperationDescription> = {
  [S in keyof O["responses"] & number]: {
    readonly status: S;
    /** `Set-Cookie` values, one header each. */
    readonly setCookies?: readonly string[];
    readonly cacheControl?: string;
  } & (O["responses"][S] extends { readonly body: infer B extends z.ZodType }
    ? { readonly body: Delivered<z.output<B>> }
    : { readonly body?: never });
}[keyof O["responses"] & number];

/**
 * A value with every key that its schema declares, those of optional fields too: `undefined` is written
 * out where there is nothing. An optional field that nobody fills would compile otherwise, and never be seen.
 */
export type Delivered<T> = T extends { readonly event: EventName }
  ? T // An event was made before, when it was stored.
  : T extends object
    ? { [K in keyof Required<T>]: Delivered<T[K & keyof T]> }
    : T;

/** Besides its own problems, a handler may find what only it can: a bad cursor, a full queue. */
type FailureCode<O extends OperationDescription> =
  | O["problems"][number]
  | "validation_failed"
  | (O extends { readonly selfContained: true } ? never : "overloaded");

/** A problem with the fields its code asks for. */
export type Failure<C extends ProblemCode> = C extends ProblemCode
  ? { readonly problem: C } & ProblemFields<C> & Told<C>
  : never;

/** Fields for the headers or the log, which the body does not show. */
type Told<C extends ProblemCode> = C extends "rate_limited"
  ? { readonly limited: Limited }
  : C extends "overloaded"
    ? { readonly cause: OverloadCause }
    : unknown;

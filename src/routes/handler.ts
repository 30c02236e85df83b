/** What a handler is: given a checked call, it answers a value that its operation declares. Nothing else compiles. */
import type { z } from "zod";
import type { OperationDescription } from "../contract/operation.ts";
import type { OperationId, Operations } from "../contract/operations.ts";
import type { ProblemCode, ProblemFields } from "../contract/problems.ts";
import type { Security } from "../contract/security.ts";
import type { Device } from "../domain/devices.ts";
import type { Occasion } from "../domain/events.ts";
import type { Limited } from "../domain/limits.ts";
import type { Client, Session } from "../domain/sessions.ts";
import type { Stores } from "../domain/storage.ts";
import type { User } from "../domain/users.ts";
import type { OverloadCause } from "./overload.ts";

/** One handler per operation; a missing one does not compile. */
export type Handlers = {
  readonly [Id in OperationId]: Handler<Operations[Id]> | LookingHandler<Operations[Id]>;
};

/**
 * A handler that begins by reading, which is done beside the taking of its limits: a round trip less.
 * Where they refuse, what it found is forgotten, and nothing of it is answered.
 */
export interface LookingHandler<O extends OperationDescription> {
  readonly look: (
    stores: Stores,
    input: Call<O>["input"],
    seekCookieSession: SeekCookieSession,
  ) => Promise<Handler<O>>;
  /**
   * It need not wait until what its limits took is on the disk: on SQLite its change shares that COMMIT,
   * and holds or fails with it. Its answer waits for both. Not for a handler that hashes first.
   */
  readonly goesAhead?: true;
}

/** The live session of the request's cookie, also where the operation needs none. */
export type SeekCookieSession = (stores: Stores) => Promise<Session | undefined>;

export type Handler<O extends OperationDescription> = (
  call: Call<O>,
) => Answer<O> | Promise<Answer<O>>;

/** Whoever makes the call, proven. */
export interface Caller {
  readonly user: User;
  readonly session: Session;
  readonly credential: "session" | "bearer";
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
  readonly device: Device | undefined;
  /** The device the request comes from, if the caller's account knows it. */
  readonly callerDevice: () => Promise<Device | undefined>;
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
    ? { readonly body: z.output<B> }
    : { readonly body?: never });
}[keyof O["responses"] & number];

/** Besides its own problems, a handler may find what only it can: a bad cursor, a full queue. */
type FailureCode<O extends OperationDescription> =
  | O["problems"][number]
  | "validation_failed"
  | (O extends { readonly selfContained: true } ? never : "overloaded");

/** A problem with the fields its code asks for. */
export type Failure<C extends ProblemCode> = C extends ProblemCode
  ? { readonly problem: C } & ProblemFields<C> & Told<C>
  : never;

/** What the headers or the log tell, and the body does not. */
type Told<C extends ProblemCode> = C extends "rate_limited"
  ? { readonly limited: Limited }
  : C extends "overloaded"
    ? { readonly cause: OverloadCause }
    : unknown;

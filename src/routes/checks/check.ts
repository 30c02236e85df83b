/** The form of a check: one question that every request of the operations it concerns is asked before its handler. */
import type { InputState } from "@hectoday/http";
import type { OperationDescription } from "../../contract/operation.ts";
import type { ProblemCode } from "../../contract/problems.ts";
import type { Dependencies } from "../../domain/ports/dependencies.ts";
import type { KnownDevice } from "../../domain/devices.ts";
import type { Caller, Failure } from "../handler.ts";
import type { RequestState } from "../request-state.ts";

export interface Check<C extends ProblemCode = ProblemCode> {
  /** The name of its file, without the ending. */
  readonly name: string;
  /** The requests that it refuses, in a sentence, which `npm run docs` writes into docs/architecture.md. */
  readonly refuses: string;
  /** The problems it refuses with. */
  readonly problems: readonly C[];
  /** True for the operations whose requests it can refuse. Asked once per operation, when the server is composed. */
  readonly concerns: (operation: OperationDescription) => boolean;
  /** Answers no promise where nothing is awaited: each would cost every request about 0.1 µs. */
  readonly judge: (judged: Judged) => Refusal<NoInfer<C>> | Promise<Refusal<NoInfer<C>>>;
}

type Refusal<C extends ProblemCode> = Failure<C> | undefined;

/** A request between the router and its handler. Later checks read what earlier ones found. */
export interface Judged {
  readonly gate: Gate;
  readonly operation: OperationDescription;
  readonly state: RequestState;
  readonly request: Request;
  /** The parts of the request as its schemas parsed them; judged by `validation`. */
  readonly input: InputState;
  /** Found by `identify`. */
  caller: Caller | undefined;
  /** Found by `limits`, where the operation is a login: the device it comes from, if the account knows it. */
  device: KnownDevice | undefined;
}

/** The parts of the server that checks ask. */
export interface Gate {
  readonly deps: Dependencies;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly corsOrigins: ReadonlySet<string>;
  readonly refuseScraper: ScraperRule;
  /** True once shutdown has begun. */
  readonly isDraining: () => boolean;
}

/** Judges a reader of metrics: its refusal, or undefined where it may read. Made by `createScraperRule`. */
export type ScraperRule = (
  state: RequestState,
  request: Request,
) => { readonly problem: "unauthenticated" | "not_found" } | undefined;

/** Declares a check; the literal types of its problems are kept, so that it refuses with no other. */
export function check<const C extends ProblemCode>(description: Check<C>): Check<C> {
  return description;
}

/** Counts and readings besides events. */
import type { LimitKey } from "../../contract/limits.ts";

/** Counts. Nothing depends on it, and it never fails. */
export interface Meter {
  /** A limit of an operation let a request through, or did not. */
  limitDecided(operation: string, key: LimitKey, decision: "allowed" | "refused"): void;
  /** A password hash was done, after it had waited that long for a worker. */
  hashWaited(seconds: number): void;
  /** A password hash found the queue full. */
  hashRefused(): void;
  /** A new password was looked up among breached ones, or nobody could tell. */
  breachChecked(outcome: "found" | "not_found" | "unavailable"): void;
}

/** Values that are read when metrics are asked for. Undefined where one is not known, or there is none. */
export interface Readings {
  readonly hashQueue: { readonly waiting: number; readonly limit: number };
  readonly pool: PoolState | undefined;
  readonly outbox: { readonly waiting: number; readonly oldestAgeSeconds: number } | undefined;
}

/** Connections to a database that has more than one. */
export interface PoolState {
  readonly size: number;
  readonly idle: number;
  /** Queries that wait for a connection. */
  readonly waiting: number;
}

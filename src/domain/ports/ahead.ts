/** Results that are answered before they are durable. */

/** A result before its COMMIT. Await `durable` before answering anybody. */
export interface Ahead<T> {
  readonly result: T;
  /** Resolves once the COMMIT has reached the disk; rejects where it does not. */
  readonly durable: Promise<void>;
}

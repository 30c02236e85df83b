/**
 * A connection to PostgreSQL, and a transaction on it. Statements that are begun in the same tick travel in
 * one round trip, in that order. Kysely's own driver sends each one only when the one before has been
 * answered, which costs a login six more round trips (docs/decisions/0010-postgresql.md).
 */
import { CompiledQuery } from "kysely";
import type { DatabaseConnection, QueryResult } from "kysely";
import pg from "pg";
import { LostConnectionError } from "./postgres-dialect.ts";
import { runPipeline } from "./postgres-pipeline.ts";
import { EndedError, UndoneError } from "./transactions.ts";

interface Pending {
  readonly query: CompiledQuery;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (reason: Error) => void;
}

export class PooledConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  /** True once it must not be used again: a late answer would be taken for that of another statement. */
  isLost = false;
  /** The first failure of a statement. */
  failure: Error | undefined;
  #isReleased = false;
  /** Statements for the next round trip. */
  #pending: Pending[] = [];
  #isSending = false;
  /** The answer of the last statement. Answers come in order, so after it none is to come. */
  #lastAnswer: Promise<unknown> = Promise.resolve();

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return toResult(await this.run(query));
  }

  run(query: CompiledQuery): Promise<pg.QueryResult> {
    if (this.#isReleased) return Promise.reject(new EndedError());
    const answer = new Promise<pg.QueryResult>((resolve, reject) => {
      this.#pending.push({ query, resolve, reject });
    });
    this.#lastAnswer = answer.catch(() => undefined);
    this.#sendSoon();
    return answer;
  }

  /** Sends at the end of this tick, so that every statement begun in it joins the batch. */
  #sendSoon(): void {
    if (this.#isSending || this.#pending.length === 0) return;
    this.#isSending = true;
    process.nextTick(() => void this.#send());
  }

  async #send(): Promise<void> {
    const batch = this.#pending.splice(0);
    try {
      const results = await runPipeline(
        this.#client,
        batch.map(({ query }) => query),
      );
      for (const [at, result] of results.entries()) batch[at]?.resolve(result);
    } catch (error) {
      const reason = this.#judge(error);
      this.failure ??= reason;
      // Statements begun meanwhile may depend on the one that failed, such as a `begin`.
      for (const { reject } of [...batch, ...this.#pending.splice(0)]) reject(reason);
    }
    this.#isSending = false;
    this.#sendSoon();
  }

  #judge(error: unknown): Error {
    if (isDatabaseError(error)) {
      const isFatal = error.severity === "FATAL" || error.severity === "PANIC";
      if (isFatal || statesOfTheConnection.has(error.code ?? "")) this.isLost = true;
      return error;
    }
    this.isLost = true;
    // A value that cannot be sent is a mistake in a statement, and not a fault of the network.
    if (error instanceof TypeError || error instanceof RangeError) return error;
    return new LostConnectionError(error);
  }

  /** Never called: Kysely requires the method, and no statement here streams its rows. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed");
  }

  /** Gives the connection back once no answer is to come: the next user must not get it. */
  async release(): Promise<void> {
    this.#isReleased = true;
    await this.#lastAnswer;
    this.#client.release(this.isLost);
  }
}

/** A transaction. It begins with its first statement, and is over with `commit` or `rollback`. */
export class PooledTransaction implements DatabaseConnection {
  readonly #connection: PooledConnection;
  #hasBegun = false;
  #isOver = false;
  readonly #unawaited: Promise<unknown>[] = [];

  constructor(connection: PooledConnection) {
    this.#connection = connection;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return toResult(await this.#run(query));
  }

  async #run(query: CompiledQuery): Promise<pg.QueryResult> {
    if (this.#isOver) throw new EndedError();
    // After a failure nothing is sent: behind a `begin` that failed, a change would be committed by itself.
    const { failure } = this.#connection;
    if (failure !== undefined) throw failure;
    // It travels with the first statement, which is skipped where the `begin` fails.
    if (!this.#hasBegun) this.#connection.run(begin).catch(() => undefined);
    this.#hasBegun = true;
    return this.#connection.run(query);
  }

  /** Lets the work go on before the statement has been answered. Where it fails, `commit` rejects. */
  goOnWithout(statement: Promise<unknown>): void {
    statement.catch(() => undefined);
    this.#unawaited.push(statement);
  }

  /** Resolves once the database has confirmed the COMMIT; rejects with the failure that undid the transaction. */
  async commit(): Promise<void> {
    this.#isOver = true;
    if (!this.#hasBegun) return;
    const { failure } = this.#connection;
    if (failure !== undefined) {
      await Promise.all(this.#unawaited);
      throw new UndoneError(failure);
    }
    // It travels behind the statements that were not waited for, and is skipped where one of them fails.
    const [{ command }] = await Promise.all([this.#connection.run(commit), ...this.#unawaited]);
    // A transaction that had failed is undone by its COMMIT, which says so by its tag alone.
    if (command !== "COMMIT") throw new UndoneError();
  }

  /** Rolls back; on a lost connection the database has done so. Never rejects, because that would hide the first error. */
  async rollback(): Promise<void> {
    this.#isOver = true;
    if (!this.#hasBegun || this.#connection.isLost) return;
    try {
      await this.#connection.run(rollback);
    } catch {
      this.#connection.isLost = true;
    }
  }

  /** Never called: Kysely requires the method, and no statement here streams its rows. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed");
  }
}

const begin = CompiledQuery.raw("begin");
const commit = CompiledQuery.raw("commit");
const rollback = CompiledQuery.raw("rollback");

/** SQLSTATEs that belong to this connection, and that a new one may not meet. */
const statesOfTheConnection: ReadonlySet<string> = new Set([
  "0A000", // a prepared statement whose answer a migration has changed
  "25006", // read-only: after a failover, this one still leads to the old primary
]);

export function isDatabaseError(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError;
}

const changingCommands: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE"]);

function toResult<Row>({ command, rows, rowCount }: pg.QueryResult): QueryResult<Row> {
  return {
    rows: rows as Row[], // as the statement was typed by Kysely, from the schema
    ...(changingCommands.has(command) && { numAffectedRows: BigInt(rowCount ?? 0) }),
  };
}

/**
 * A connection to PostgreSQL, and a transaction on it. Statements that are begun in one go, before any of
 * them is waited for, travel in one round trip, in that order. See docs/decisions/0010-postgresql.md.
 */
import { CompiledQuery } from "kysely";
import type { DatabaseConnection, QueryResult } from "kysely";
import pg from "pg";
import { LostConnectionError } from "./postgres-dialect.ts";
import { runPipeline } from "./postgres-pipeline.ts";

interface Asked {
  readonly query: CompiledQuery;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (reason: Error) => void;
}

export class PooledConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  /** After this it must not serve anybody else: a late answer would be taken for theirs. */
  isLost = false;
  /** The first that a statement met. */
  failure: Error | undefined;
  /** What the next round trip takes along. */
  #asked: Asked[] = [];
  #isAsking = false;
  /** Answers come in the order of the statements: after this one, none is to come. */
  #lastAnswer: Promise<unknown> = Promise.resolve();

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return toResult(await this.run(query));
  }

  run(query: CompiledQuery): Promise<pg.QueryResult> {
    const answer = new Promise<pg.QueryResult>((resolve, reject) => {
      this.#asked.push({ query, resolve, reject });
    });
    this.#lastAnswer = answer.catch(() => undefined);
    this.#askSoon();
    return answer;
  }

  /** Once all that can go on has gone on: what it asks for is to be in. */
  #askSoon(): void {
    if (this.#isAsking || this.#asked.length === 0) return;
    this.#isAsking = true;
    process.nextTick(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    const asked = this.#asked.splice(0);
    try {
      const results = await runPipeline(
        this.#client,
        asked.map(({ query }) => query),
      );
      for (const [at, result] of results.entries()) asked[at]?.resolve(result);
    } catch (error) {
      const reason = this.#judge(error);
      this.failure ??= reason;
      // What was asked for meanwhile relied on what failed: on a `begin`, it may be.
      for (const { reject } of [...asked, ...this.#asked.splice(0)]) reject(reason);
    }
    this.#isAsking = false;
    this.#askSoon();
  }

  #judge(error: unknown): Error {
    if (isDatabaseError(error)) {
      const isFatal = error.severity === "FATAL" || error.severity === "PANIC";
      if (isFatal || statesOfTheConnection.has(error.code ?? "")) this.isLost = true;
      return error;
    }
    this.isLost = true;
    // A value that cannot be sent is a mistake of ours, and not the network's.
    if (error instanceof TypeError || error instanceof RangeError) return error;
    return new LostConnectionError(error);
  }

  /** Kysely asks for it; nothing here streams. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed");
  }

  /** Only when no answer is to come: whoever is next must not get it. */
  async release(): Promise<void> {
    await this.#lastAnswer;
    this.#client.release(this.isLost);
  }
}

/** A transaction. It begins with its first statement, and is over with `commit` or `rollback`. */
export class PooledTransaction implements DatabaseConnection {
  readonly #connection: PooledConnection;
  #hasBegun = false;
  readonly #unawaited: Promise<unknown>[] = [];

  constructor(connection: PooledConnection) {
    this.#connection = connection;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return toResult(await this.#run(query));
  }

  async #run(query: CompiledQuery): Promise<pg.QueryResult> {
    // After a failure nothing is sent: behind a `begin` that failed, it would be by itself, and hold.
    const { failure } = this.#connection;
    if (failure !== undefined) throw failure;
    // In one round trip with the statement, which is skipped where it fails.
    if (!this.#hasBegun) this.#connection.run(begin).catch(() => undefined);
    this.#hasBegun = true;
    return this.#connection.run(query);
  }

  /** Lets the work go on before the statement has been answered; where it fails, `commit` tells. */
  goOnWithout(statement: Promise<unknown>): void {
    statement.catch(() => undefined);
    this.#unawaited.push(statement);
  }

  /** Resolves once the database has said that the transaction holds; rejects with what undid it. */
  async commit(): Promise<void> {
    if (!this.#hasBegun) return;
    const { failure } = this.#connection;
    if (failure !== undefined) {
      await Promise.all(this.#unawaited);
      // The work knew of it, and went on.
      throw new Error("The transaction had failed, and was undone", { cause: failure });
    }
    // Behind what nobody waited for: skipped where that fails.
    const [{ command }] = await Promise.all([this.#run(commit), ...this.#unawaited]);
    // A transaction that had failed is undone by its COMMIT, which says so by its tag alone.
    if (command !== "COMMIT") throw new Error("The transaction had failed, and was undone");
  }

  /** What a lost connection had begun, the database has undone. Never rejects: the first error is the one to tell. */
  async rollback(): Promise<void> {
    if (!this.#hasBegun || this.#connection.isLost) return;
    try {
      await this.#connection.run(rollback);
    } catch {
      this.#connection.isLost = true;
    }
  }

  /** Kysely asks for it; nothing here streams. */
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error("Rows are not streamed");
  }
}

const begin = CompiledQuery.raw("begin");
const commit = CompiledQuery.raw("commit");
const rollback = CompiledQuery.raw("rollback");

/** What a new connection may not suffer from. */
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

/**
 * Runs statements on a SQLite connection directly. Kysely's own way to an answer is a dozen promises long,
 * and costs more than SQLite takes: past it, `GET /token/me` went from 196 µs to 40, `GET /me` from 88 to 50, and a
 * refresh from 272 to 238 (docs/benchmarks.md).
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { DefaultQueryExecutor, Kysely, SqliteAdapter, SqliteQueryCompiler } from "kysely";
import type { CompiledQuery, KyselyProps, QueryResult } from "kysely";
import type { Tables } from "../schema.ts";
import { EndedError, type LentConnection, type OpenUnit } from "./transactions.ts";

/** Runs a statement synchronously. */
export type RunDirectly = (sql: string, parameters: readonly unknown[]) => QueryResult<unknown>;

export function createRunDirectly(database: DatabaseSync): RunDirectly {
  const prepare = keepStatements((sql) => prepareDirect(database, sql));
  return (sql, parameters) => prepare(sql)(parameters);
}

/** Lends the connection to `use` alone. The caller sees to it that no other statement runs on it meanwhile. */
export async function lendTo<T>(
  database: DatabaseSync,
  kysely: Omit<KyselyProps, "executor">,
  runDirectly: RunDirectly,
  use: (connection: LentConnection) => Promise<T>,
): Promise<T> {
  let isOver = false;
  const runWhileLent: RunDirectly = (sql, parameters) => {
    if (isOver) throw new EndedError();
    return runDirectly(sql, parameters);
  };
  try {
    return await use({
      openUnit: () => openUnit(kysely, runWhileLent),
      run: (sql) => void runWhileLent(sql, []),
      rollBack() {
        if (database.isTransaction) runWhileLent("rollback", []);
      },
    });
  } finally {
    isOver = true;
  }
}

function openUnit(kysely: Omit<KyselyProps, "executor">, runDirectly: RunDirectly): OpenUnit {
  let isOver = false;
  let failure: unknown;
  const runInUnit: RunDirectly = (sql, parameters) => {
    if (isOver) throw new EndedError();
    // It may have ended the transaction, as a full disk does, and then this one would be committed by itself.
    if (failure !== undefined) throw failure;
    try {
      return runDirectly(sql, parameters);
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  return {
    db: new Kysely<Tables>({ ...kysely, executor: new DirectExecutor(runInUnit) }),
    failure: () => failure,
    end() {
      isOver = true;
    },
  };
}

/** Made once: a new compiler for each unit of work would cost it 2.4 µs. */
const queryCompiler = new SqliteQueryCompiler();
const adapter = new SqliteAdapter();
const noOtherConnection = {
  provideConnection: () => Promise.reject(new Error("A transaction has no other connection")),
};

/** Runs the statements that Kysely has built on the lent connection, without its queue. */
class DirectExecutor extends DefaultQueryExecutor {
  readonly #run: RunDirectly;

  constructor(runDirectly: RunDirectly) {
    super(queryCompiler, adapter, noOtherConnection);
    this.#run = runDirectly;
  }

  override async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#run(sql, parameters) as QueryResult<Row>; // as Kysely typed the query
  }
}

function prepareDirect(
  database: DatabaseSync,
  sql: string,
): (parameters: readonly unknown[]) => QueryResult<unknown> {
  const statement = database.prepare(sql);
  if (statement.columns().length > 0) {
    const read = asReading(statement);
    return (parameters) => ({ rows: read(parameters) });
  }
  return (parameters) => {
    const { changes, lastInsertRowid } = statement.run(...bindable(parameters));
    return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] };
  };
}

/** Makes rows from arrays of values: a session's row costs 1.5 µs this way, and 3.2 where node:sqlite makes it. */
function asReading(statement: StatementSync): (parameters: readonly unknown[]) => unknown[] {
  const read = (parameters: readonly unknown[]) => statement.all(...bindable(parameters));
  if (!("setReturnArrays" in statement)) return read; // an older Node that is still supported
  statement.setReturnArrays(true);
  const names = statement.columns().map(({ name }) => name);
  return (parameters) => {
    // `setReturnArrays` asked for arrays; the types know of rows as objects only.
    const rows = read(parameters) as unknown as SQLOutputValue[][];
    return rows.map((values) => {
      const row: Record<string, unknown> = {};
      for (let at = 0; at < names.length; at += 1) row[names[at] ?? ""] = values[at];
      return row;
    });
  };
}

/** More than the application has statements, so that only statements of varying shape push others out. */
const STATEMENTS_KEPT = 256;

/** Prepares every statement once; past the bound, the oldest is prepared anew when it is needed. */
export function keepStatements<Prepared>(
  prepare: (sql: string) => Prepared,
): (sql: string) => Prepared {
  const statements = new Map<string, Prepared>();
  return (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = prepare(sql);
    const [oldest] = statements.keys();
    if (statements.size >= STATEMENTS_KEPT && oldest !== undefined) statements.delete(oldest);
    statements.set(sql, statement);
    return statement;
  };
}

export function bindable(parameters: readonly unknown[]): readonly SQLInputValue[] {
  // Kysely types parameters as unknown; node:sqlite itself throws on what SQLite cannot store.
  return parameters as readonly SQLInputValue[];
}

/**
 * One connection to SQLite, asked directly. Kysely's way to an answer is a dozen promises long, and the
 * answer itself is there in microseconds.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { DefaultQueryExecutor, Kysely, SqliteAdapter, SqliteQueryCompiler } from "kysely";
import type { CompiledQuery, KyselyProps, QueryResult } from "kysely";
import type { Tables } from "../schema.ts";
import type { HeldConnection } from "./transactions.ts";

/** Runs a statement at once. */
export type Ask = (sql: string, parameters: readonly unknown[]) => QueryResult<unknown>;

export function createAsk(database: DatabaseSync): Ask {
  const prepare = keepStatements((sql) => prepareDirect(database, sql));
  return (sql, parameters) => prepare(sql)(parameters);
}

/** Lends the connection to `use` alone: nobody else may ask it meanwhile, which is the caller's to see to. */
export async function lendTo<T>(
  database: DatabaseSync,
  kysely: Omit<KyselyProps, "executor">,
  ask: Ask,
  use: (connection: HeldConnection) => Promise<T>,
): Promise<T> {
  let isOver = false;
  const askWhileHeld: Ask = (sql, parameters) => {
    // Its statement would be in nobody's transaction, or in somebody else's.
    if (isOver) throw new Error("A transaction was used after its end");
    return ask(sql, parameters);
  };
  try {
    return await use({
      db: new Kysely<Tables>({ ...kysely, executor: new HeldExecutor(askWhileHeld) }),
      run: (sql) => void askWhileHeld(sql, []),
      rollBack() {
        if (database.isTransaction) askWhileHeld("rollback", []);
      },
    });
  } finally {
    isOver = true;
  }
}

/** Gives Kysely's statements to the connection that is held, without asking for it each time. */
class HeldExecutor extends DefaultQueryExecutor {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    super(new SqliteQueryCompiler(), new SqliteAdapter(), {
      provideConnection: () => Promise.reject(new Error("A transaction has no other connection")),
    });
    this.#ask = ask;
  }

  override async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#ask(sql, parameters) as QueryResult<Row>; // as Kysely typed the query
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

/** Values become rows here, which costs half of what node:sqlite takes to do it. */
function asReading(statement: StatementSync): (parameters: readonly unknown[]) => unknown[] {
  const read = (parameters: readonly unknown[]) => statement.all(...bindable(parameters));
  if (!("setReturnArrays" in statement)) return read; // an older Node that is still supported
  statement.setReturnArrays(true);
  const names = statement.columns().map(({ name }) => name);
  return (parameters) => {
    // What `setReturnArrays` asked for; the types know of rows as objects only.
    const rows = read(parameters) as unknown as SQLOutputValue[][];
    return rows.map((values) => {
      const row: Record<string, unknown> = {};
      for (let at = 0; at < names.length; at += 1) row[names[at] ?? ""] = values[at];
      return row;
    });
  };
}

/** More than the application has statements, so that only unforeseen ones push others out. */
const STATEMENTS_KEPT = 256;

/** Prepares every statement once. */
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

/**
 * Statements as a store declares and runs them: `const touch = prepare.write((db, { id, at }: Slots<…>) => …)`,
 * and then `touch(executor, { id, at })`.
 *
 * The simple way, to build each statement where it is run, costs more than SQLite takes to answer it: 18 µs
 * instead of 11 for a session by its secret (decision 2). So a statement is compiled once per database, with a
 * named slot in each place that gets a value later, and is given its values by name.
 */
import { ExpressionWrapper, ValueNode } from "kysely";
import type {
  AliasableExpression,
  CompiledQuery,
  DeleteResult,
  InsertResult,
  QueryExecutorProvider,
  QueryResult,
  UpdateResult,
} from "kysely";
import type { StorageDialect } from "./engine/dialect.ts";
import type { Batches } from "./engine/batches.ts";
import type { Db } from "./schema.ts";

/** Where statements run: each by itself, in a transaction, or beside others on one connection. */
export interface Executor {
  /** Builds the statements of this database. The same object for all of its executors. */
  readonly builder: Builder;
  /** Runs a statement. Outside of a transaction it is run again while the database is busy. */
  execute<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>>;
  /** Begins a statement whose answer nobody waits for; see `prepare.send`. */
  send(query: CompiledQuery): Promise<void>;
  /** Reads past the queue for the connection where that is possible; see `prepare.read`. */
  readNow<Row>(query: CompiledQuery<Row>): readonly Row[] | undefined;
  /** Where units that are asked together are one statement. Undefined in a transaction, and where there is no such place. */
  readonly batches: Batches | undefined;
}

export interface Builder {
  readonly db: Db;
  readonly dialect: StorageDialect;
}

/** A statement of a store. It takes its values by name, and none where it has no slots. */
export type Statement<Values, Answer> = (
  executor: Executor,
  ...values: keyof Values extends never ? [] : [Values]
) => Answer;

/** Rows that are there at once, or that have to be waited for: `await` takes both. */
export type Rows<Row> = readonly Row[] | Promise<readonly Row[]>;

/** The places of a statement that get their values by name when it runs, typed by those values. */
export type Slots<Values> = { readonly [Name in keyof Values]: AliasableExpression<Values[Name]> };

/** How a changing statement ended. */
export interface Written<Row> {
  /** Rows inserted, updated or deleted. */
  readonly changed: number;
  /** The rows its RETURNING asks for. */
  readonly rows: readonly Row[];
}

type NoValues = Readonly<Record<never, unknown>>;
export type Build<Given, Row> = (db: Db, given: Given, dialect: StorageDialect) => Compilable<Row>;
interface Compilable<Row> {
  compile(provider: QueryExecutorProvider): CompiledQuery<Row>;
}
/** The statement with its values, ready to run. */
export type Bind<Values, Row> = (builder: Builder, values: Values) => CompiledQuery<Row>;

/** Declares a statement of one shape. It is compiled once per database. */
export const prepare = {
  /** Answers rows, and changes nothing: on SQLite it need not wait for the one connection (decision 12). */
  read: <Row, Values extends object = NoValues>(build: Build<Slots<Values>, Row>) =>
    reading(once(build)),
  /** Changes rows. */
  write: <Row, Values extends object = NoValues>(build: Build<Slots<Values>, Row>) =>
    writing(once(build)),
  /**
   * Changes rows, and nobody waits for its answer: in a transaction on PostgreSQL, the work goes on at once,
   * and the statement travels with the next one. Where it fails, the transaction does.
   */
  send: <Row, Values extends object = NoValues>(build: Build<Slots<Values>, Row>) =>
    sending(once(build)),
};

/**
 * Declares a statement whose shape depends on its values, such as a list with optional filters. It is
 * compiled for each call, so it is not for what most requests do. It is run as a prepared one is.
 */
export const compose = {
  read: <Row, Values extends object>(build: Build<Values, Row>) => reading(eachTime(build)),
  write: <Row, Values extends object>(build: Build<Values, Row>) => writing(eachTime(build)),
};

function reading<Values, Row>(bind: Bind<Values, Row>): Statement<Values, Rows<Row>> {
  return (executor, ...[values]) => {
    const query = bind(executor.builder, given(values));
    return executor.readNow(query) ?? executor.execute(query).then(({ rows }) => rows);
  };
}

type Returned<Row> = Row extends InsertResult | UpdateResult | DeleteResult ? never : Row;

function writing<Values, Row>(
  bind: Bind<Values, Row>,
): Statement<Values, Promise<Written<Returned<Row>>>> {
  return async (executor, ...[values]) => {
    const query = bind(executor.builder, given(values));
    const { rows, numAffectedRows } = await executor.execute(query);
    // SQLite tells no number where it answers rows.
    const changed = numAffectedRows === undefined ? rows.length : Number(numAffectedRows);
    return { changed, rows: rows as Returned<Row>[] }; // there are none without RETURNING
  };
}

function sending<Values, Row>(bind: Bind<Values, Row>): Statement<Values, Promise<void>> {
  return async (executor, ...[values]) => executor.send(bind(executor.builder, given(values)));
}

/** Leaves the place of the values empty where a statement has no slots. */
function given<Values>(values: Values | undefined): Values {
  return values ?? ({} as Values); // `Statement` lets them be left out only where there are none
}

export function once<Values extends object, Row>(
  build: Build<Slots<Values>, Row>,
): Bind<Values, Row> {
  const compiledFor = new WeakMap<Builder, CompiledQuery<Row>>();
  return (builder, values) => {
    let compiled = compiledFor.get(builder);
    if (compiled === undefined) {
      compiled = build(builder.db, slotsOf<Values>(), builder.dialect).compile(builder.db);
      compiledFor.set(builder, compiled);
    }
    const { sql, query, queryId, parameters } = compiled;
    return { sql, query, queryId, parameters: fillIn(parameters, values) };
  };
}

function eachTime<Values, Row>(build: Build<Values, Row>): Bind<Values, Row> {
  return ({ db, dialect }, values) => build(db, values, dialect).compile(db);
}

/** Stands among the parameters of a compiled statement, in each place that gets the value of this name. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Makes a slot of any name; the types allow only those that have a value. */
function slotsOf<Values>(): Slots<Values> {
  const slot = (_: object, name: string | symbol) =>
    new ExpressionWrapper(ValueNode.create(new Slot(String(name))));
  return new Proxy({}, { get: slot }) as Slots<Values>; // see `slot`
}

/** The parameters in the order of the SQL: each slot's value, and what the statement itself is fixed to. */
function fillIn(parameters: readonly unknown[], values: object): unknown[] {
  const byName = values as Readonly<Record<string, unknown>>; // it is read by the names of its slots alone
  const filled: unknown[] = [];
  for (const parameter of parameters) {
    if (parameter instanceof Slot) {
      const value = byName[parameter.name];
      if (value === undefined) throw new TypeError(`The slot ${parameter.name} got no value`);
      filled.push(value);
    } else filled.push(parameter);
  }
  return filled;
}

/** An id that no account has (RFC 9562 §5.9), for work that is done whether or not there is one (ET-01). */
export const NOBODY = "00000000-0000-0000-0000-000000000000";

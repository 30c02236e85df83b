/**
 * Statements for many units at once (PostgreSQL, decision 23). Units that are asked together are one statement, with an
 * array for each value, `unnest($1, $2) with ordinality as asked(…, at)`, and an answer for each place `at`. A unit that the
 * statement cannot decide is asked alone, by the statement for one: so that statement alone has the rule.
 */
import { type RawBuilder, sql } from "kysely";
import type { BatchKind, Batches } from "./engine/batches.ts";
import {
  type Build,
  type Builder,
  once,
  prepare,
  type Rows,
  type Slots,
  type Statement,
} from "./statements.ts";

type Value = string | number | Uint8Array | null;
/** The type in PostgreSQL of each value of a unit. */
type Types<Unit> = { readonly [Name in keyof Unit]: "bytea" | "text" | "int8" };

/** While one of them is on its way to the database, the next one is gathered, and a third would find few. */
const LOOKUPS_UNDER_WAY = 2;

/** No row. */
const NONE: readonly never[] = [];

/**
 * Declares a reading of at most one row by its key, which is `prepare.read` wherever it is asked alone. For many it is the
 * same statement, run for each unit (`lateral`), so that the two cannot differ.
 */
export function prepareLookup<Row, Values extends object>(
  types: Types<Values>,
  build: Build<Slots<Values>, Row>,
): Statement<Values, Rows<Row>> {
  const alone = prepare.read(build);
  const kind: BatchKind<Values, readonly Row[]> = {
    underWayMost: LOOKUPS_UNDER_WAY,
    bind: bindMany(types, (asked, { db, dialect }) => {
      const found = build(db, columnsOf(types), dialect);
      return sql`select found.*, asked.at from ${asked} cross join lateral ${found} as found`;
    }),
    answerOf: (row) => (row === undefined ? NONE : [row as Row]), // as `build` selects it
  };
  return (executor, ...values) => {
    const [unit] = values;
    if (executor.batches === undefined || unit === undefined) return alone(executor, ...values);
    return executor.batches.ask(kind, unit).then((rows) => rows ?? alone(executor, ...values));
  };
}

/**
 * Declares a change of many rows. `build` gets the units as the item `asked` of FROM, and writes a statement that answers
 * the places of those it has changed. The declared function answers true for those: any other has to be asked alone.
 *
 * A statement that changes many rows locks them in one order, or waits for none that is locked. Otherwise two such
 * statements could wait for each other.
 */
export function prepareChanges<Unit extends object>(
  types: Types<Unit>,
  build: (asked: RawBuilder<unknown>) => RawBuilder<{ at: number }>,
): (batches: Batches, unit: Unit) => Promise<true | undefined> {
  const kind: BatchKind<Unit, true> = {
    underWayMost: 1, // a second one would wait for the first one's locks
    bind: bindMany(types, build),
    answerOf: (row) => (row === undefined ? undefined : true),
  };
  return (batches, unit) => batches.ask(kind, unit);
}

/** The columns of `asked`, in the places of a statement's slots. */
function columnsOf<Values>(types: Types<Values>): Slots<Values> {
  const columns = Object.keys(types).map((name) => [name, sql.ref(`asked.${name}`)]);
  return Object.fromEntries(columns) as Slots<Values>; // it has the names of its types
}

/** Compiles the statement once, and makes an array of each value of the units. */
function bindMany<Unit>(
  types: Types<Unit>,
  build: (asked: RawBuilder<unknown>, builder: Builder) => RawBuilder<unknown>,
): BatchKind<Unit, unknown>["bind"] {
  const names = Object.keys(types) as (keyof Unit & string)[]; // it has no others
  const bind = once<Record<string, string>, unknown>((db, arrays, dialect) => {
    const unnested = names.map((name) => sql`${arrays[name]}::${sql.raw(types[name])}[]`);
    const columns = names.map((name) => sql.id(name));
    const asked = sql`unnest(${sql.join(unnested)}) with ordinality as asked(${sql.join(columns)}, at)`;
    return build(asked, { db, dialect });
  });
  return (builder, units) => {
    const arrays: Record<string, string> = {};
    for (const name of names) arrays[name] = arrayOf(units.map((unit) => unit[name] as Value)); // as `Types` names it
    return bind(builder, arrays);
  };
}

/** Writes an array as PostgreSQL reads it (postgresql.org/docs/current/arrays.html#ARRAYS-IO). */
function arrayOf(values: readonly Value[]): string {
  return `{${values.map(elementOf).join()}}`;
}

function elementOf(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return `"\\\\x${bytes.toString("hex")}"`;
}

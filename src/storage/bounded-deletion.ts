/** Deletes what has ended, a bounded number of rows at a time, so that no deletion locks many for long. */
import { expressionBuilder, sql } from "kysely";
import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { Tables } from "./schema.ts";
import { prepare, type Slots, type Statement } from "./statements.ts";

/**
 * Declares a deletion of up to `limit` rows of `table` that `hasEnded` is true of; it answers how many there
 * were. Rows that another transaction has locked are passed over: they are deleted another time. `key`
 * is the table's primary key. With `oldestFirst`, rows go in the order of that column.
 */
export function prepareDeletion<Table extends keyof Tables, Values extends object>(
  table: Table,
  key: keyof Tables[Table] & string,
  hasEnded: (eb: ExpressionBuilder<Tables, Table>, slots: Slots<Values>) => Expression<SqlBool>,
  { oldestFirst }: { readonly oldestFirst?: keyof Tables[Table] & string } = {},
): Statement<Values & { readonly limit: number }, number> {
  const remove = prepare.write((_, slots: Slots<Values & { limit: number }>, dialect) => {
    const condition = hasEnded(expressionBuilder<Tables, Table>(), slots);
    const order = oldestFirst === undefined ? sql`` : sql`order by ${sql.ref(oldestFirst)}`;
    return sql`delete from ${sql.table(table)} where ${sql.ref(key)} in (
      select ${sql.ref(key)} from ${sql.table(table)} where ${condition} ${order}
      limit ${slots.limit} ${dialect.skipLockedRows})`;
  });
  return async (executor, ...values) => (await remove(executor, ...values)).changed;
}

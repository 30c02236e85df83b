/** Accounts by a part of their name or address. No index has that, so each page reads a stretch of all accounts, and no more. */
import { type RawBuilder, sql } from "kysely";
import type { UserFilter } from "../domain/ports/users.ts";
import { compose } from "./statements.ts";
import { detailsSelection } from "./user-rows.ts";

interface SearchValues {
  readonly filter: UserFilter;
  readonly limit: number;
  readonly afterId: string | undefined;
  readonly lastId: string | undefined;
}

/** Only the id has an index here: a column inside of an expression keeps its own out of the plan. */
export const search = compose.read((db, { filter, limit, afterId, lastId }: SearchValues) => {
  const { text = "", emailPrefix, role, disabled, emailVerified, unlockedAt } = filter;
  let query = db.selectFrom("users").select(detailsSelection).where(hasText(text));
  if (afterId !== undefined) query = query.where("id", ">", afterId);
  if (lastId !== undefined) query = query.where("id", "<=", lastId);
  if (emailPrefix !== undefined)
    query = query.where(
      sql<boolean>`substr(email, 1, ${Array.from(emailPrefix).length}) = ${emailPrefix}`,
    );
  if (role !== undefined) query = query.where(sql`(role || '')`, "=", role);
  if (disabled !== undefined) query = query.where(sql`(disabled + 0)`, "=", disabled ? 1 : 0);
  if (emailVerified !== undefined)
    query = query.where(sql`(email_verified + 0)`, "=", emailVerified ? 1 : 0);
  if (unlockedAt !== undefined) query = query.where(sql`(locked_until + 0)`, "<=", unlockedAt);
  return query.orderBy("id").limit(limit);
});

/** Reads the index of the ids alone. */
export const findIdAt = compose.read(
  (db, { place, afterId }: { readonly place: number; readonly afterId: string | undefined }) =>
    db
      .selectFrom("users")
      .select("id")
      .$if(afterId !== undefined, (query) => query.where("id", ">", afterId ?? ""))
      .orderBy("id")
      .offset(place - 1)
      .limit(1),
);

/**
 * True where the name or the address has the text in it. SQLite's `lower` knows ASCII alone, and PostgreSQL's as much as
 * its locale does. So the text is asked for in the spellings that a name has it in, and the column as either leaves it.
 */
export function hasText(text: string): RawBuilder<boolean> {
  const small = text.toLowerCase();
  const spellings = new Set([
    small,
    asciiLower(capitalised(small)),
    asciiLower(text.toUpperCase()),
  ]);
  const inName = Array.from(spellings, (each) => holds("name", each));
  return sql<boolean>`(${sql.join([holds("email", small), ...inName], sql` or `)})`;
}

function holds(column: "name" | "email", text: string): RawBuilder<boolean> {
  const pattern = `%${text.replaceAll(/[!%_]/g, "!$&")}%`;
  return sql<boolean>`lower(${sql.ref(`users.${column}`)}) like ${pattern} escape '!'`;
}

function capitalised(text: string): string {
  return text.replaceAll(/(?<![\p{L}\p{M}])\p{L}/gu, (letter) => letter.toUpperCase());
}

function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Conditions on accounts that lists in another order ask for. Each column stands in an expression, which keeps its own index out of the plan. */
import { type RawBuilder, sql } from "kysely";
import type { UserFilter } from "../domain/ports/users.ts";

export function besideIndexes({
  text,
  role,
  disabled,
  emailVerified,
}: Pick<UserFilter, "text" | "role" | "disabled" | "emailVerified">): RawBuilder<boolean>[] {
  const conditions: RawBuilder<boolean>[] = [];
  if (text !== undefined) conditions.push(hasText(text));
  if (role !== undefined) conditions.push(sql`(role || '') = ${role}`);
  if (disabled !== undefined) conditions.push(sql`(disabled + 0) = ${disabled ? 1 : 0}`);
  if (emailVerified !== undefined)
    conditions.push(sql`(email_verified + 0) = ${emailVerified ? 1 : 0}`);
  return conditions;
}

/**
 * True where the name or the address has the text in it. SQLite's `lower` knows ASCII alone, and PostgreSQL's as much as
 * its locale does. So the text is asked for in the spellings that a name has it in, and the column as either leaves it.
 */
function hasText(text: string): RawBuilder<boolean> {
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

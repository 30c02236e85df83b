/** An account's columns: which one keeps which field of `User`. Selections, insertions and mappings derive from it. */
import type { Insertable, Selectable } from "kysely";
import type { User, UserDetails } from "../domain/ports/users.ts";
import type { UsersTable } from "./schema.ts";

type Column = keyof UsersTable;

/** A field of `User` in a column of its own. */
interface Field<Value, Name extends Column> {
  readonly column: Name;
  read(stored: Selectable<UsersTable>[Name]): Value;
  write(value: Value): Insertable<UsersTable>[Name];
}

const fields = {
  id: asItIs("id"),
  email: asItIs("email"),
  emailVerified: truthOf("email_verified"),
  name: asItIs("name"),
  locale: asItIs("locale"),
  role: asItIs("role"),
  disabled: truthOf("disabled"),
  createdAt: asItIs("created_at"),
} as const satisfies FieldsOf<User>;

/** Asks for a column of every field, and for no other: what is missing or too much does not compile. */
type FieldsOf<Entity> = { readonly [Key in keyof Required<Entity>]: Field<Entity[Key], Column> };

function asItIs<Name extends "id" | "email" | "name" | "locale" | "role" | "created_at">(
  column: Name,
) {
  const same = (value: Selectable<UsersTable>[Name]) => value;
  return { column, read: same, write: same };
}

/** A truth value, which every database keeps as 0 or 1. */
function truthOf<Name extends "disabled" | "email_verified">(column: Name) {
  return {
    column,
    read: (stored: 0 | 1) => stored === 1,
    write: (is: boolean): 0 | 1 => (is ? 1 : 0),
  };
}

type UserColumn = (typeof fields)[keyof User]["column"];
type ColumnNamed<Name extends UserColumn> = `users.${Name} as user_${Name}`;

/** An account as `userSelection` selects it. */
export type UserRow = {
  readonly [Name in UserColumn as `user_${Name}`]: Selectable<UsersTable>[Name];
};

/** An account as it is inserted. */
export type NewUserRow = { readonly [Name in UserColumn]: Insertable<UsersTable>[Name] };

export const userColumns: readonly UserColumn[] = Object.values(fields).map(({ column }) => column);

/** Selects an account's columns under names of their own, from `users` or from a join with it. */
export const userSelection = userColumns.map(
  (column) =>
    `users.${column} as user_${column}` as { [Name in UserColumn]: ColumnNamed<Name> }[UserColumn], // both are one column
);

/** Selects an account's columns with those that only administrators see. */
export const detailsSelection = [
  ...userSelection,
  "users.locked_until",
  "users.last_login_at",
] as const;

/** An account as `detailsSelection` selects it. */
export type DetailsRow = UserRow & Pick<Selectable<UsersTable>, "locked_until" | "last_login_at">;

/** Written out, for every request that is signed in makes one: a loop over the fields costs fifteen times as much. */
export function toUser(row: UserRow): User {
  return {
    id: fields.id.read(row.user_id),
    email: fields.email.read(row.user_email),
    emailVerified: fields.emailVerified.read(row.user_email_verified),
    name: fields.name.read(row.user_name),
    locale: fields.locale.read(row.user_locale),
    role: fields.role.read(row.user_role),
    disabled: fields.disabled.read(row.user_disabled),
    createdAt: fields.createdAt.read(row.user_created_at),
  };
}

export function toUserDetails(row: DetailsRow): UserDetails {
  return { ...toUser(row), lockedUntil: row.locked_until, lastLoginAt: row.last_login_at };
}

/** The table, typed as a loop over it sees it. */
const keptFields = Object.entries(fields).map(([key, { column, write }]) => ({
  key,
  column,
  write: write as (value: unknown) => unknown, // it gets the value of its own field
}));

export function toUserRow(user: User): NewUserRow {
  const values: Readonly<Record<string, unknown>> = { ...user };
  const row: Record<string, unknown> = {};
  for (const { key, column, write } of keptFields) row[column] = write(values[key]);
  return row as unknown as NewUserRow; // `fields` has them all
}

/** Accounts in the database. */
import { sql } from "kysely";
import type { CompiledQuery, ExpressionBuilder, Insertable, RawBuilder, Selectable } from "kysely";
import type {
  User,
  UserChanges,
  UserFilter,
  UserStore,
  UserWithPassword,
} from "../domain/users.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import { execute, LATER } from "./queries.ts";
import { endOfPrefix, isBroad } from "./prefixes.ts";
import type { Run } from "./queries.ts";
import type { Db, Tables, UsersTable } from "./schema.ts";

export interface UserQueries {
  readonly byEmail: CompiledQuery<UserRow & { password_hash: string; locked_until: number }>;
}

export function compileUserQueries(db: Db): UserQueries {
  return {
    byEmail: db
      .selectFrom("users")
      .select([...userColumns, "password_hash", "locked_until"])
      .where("email", "=", LATER.text)
      .compile(),
  };
}

export function createUserStore(
  run: Run,
  dialect: StorageDialect,
  queries: UserQueries,
): UserStore {
  return {
    findUserByEmail: (email) => findUserByEmail(run, queries, email),
    findUser: (userId) => findUser(run, userId),
    findPasswordHash: (userId) => findPasswordHash(run, userId, sql``),
    holdPasswordHash: (userId) => findPasswordHash(run, userId, dialect.holdRows),
    listUsers: (filter, limit, afterId) => listUsers(run, dialect, filter, limit, afterId),
    insertUser: (user, passwordHash) => insertUser(run, user, passwordHash),
    insertFirstAdmin: (user, passwordHash) => insertFirstAdmin(run, dialect, user, passwordHash),
    replacePasswordHash: (userId, from, to) => replacePasswordHash(run, userId, from, to),
    setPasswordHash: (userId, to) => setPasswordHash(run, userId, to),
    updateUserUnlessLastAdmin: (userId, changes) =>
      updateUserUnlessLastAdmin(run, dialect, userId, changes),
    deleteUserUnlessLastAdmin: (userId) => deleteUserUnlessLastAdmin(run, dialect, userId),
  };
}

/** The columns of an account, and the account from them. Other topics join on these. */
export const userColumns = ["id", "email", "role", "disabled", "created_at"] as const;
export type UserRow = Pick<Selectable<UsersTable>, (typeof userColumns)[number]>;

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    disabled: row.disabled === 1,
    createdAt: row.created_at,
  };
}

async function findUserByEmail(
  run: Run,
  queries: UserQueries,
  email: string,
): Promise<UserWithPassword | undefined> {
  const { rows } = await execute(run, queries.byEmail, [email]);
  const [row] = rows;
  return (
    row && { user: toUser(row), passwordHash: row.password_hash, lockedUntil: row.locked_until }
  );
}

async function findUser(run: Run, userId: string): Promise<User | undefined> {
  const row = await run((db) =>
    db.selectFrom("users").select(userColumns).where("id", "=", userId).executeTakeFirst(),
  );
  return row && toUser(row);
}

async function findPasswordHash(
  run: Run,
  userId: string,
  hold: RawBuilder<unknown>,
): Promise<string | undefined> {
  const row = await run((db) =>
    db
      .selectFrom("users")
      .select("password_hash")
      .where("id", "=", userId)
      .modifyEnd(hold)
      .executeTakeFirst(),
  );
  return row?.password_hash;
}

async function listUsers(
  run: Run,
  dialect: StorageDialect,
  filter: UserFilter,
  limit: number,
  afterId: string | undefined,
): Promise<User[]> {
  const { emailPrefix, role, disabled } = filter;
  // The addresses' index is for few that match; many are soon met on the way through all. What has no
  // statistics is told which: no index is on an expression.
  const isByEmail =
    emailPrefix !== undefined && (dialect.hasStatistics || !(await isBroad(run, emailPrefix)));
  const rows = await run((db) => {
    let query = db.selectFrom("users").select(userColumns);
    if (afterId !== undefined) query = query.where("id", ">", afterId);
    if (emailPrefix !== undefined) {
      const email = isByEmail ? sql.ref<string>("email") : sql<string>`(email || '')`;
      const end = endOfPrefix(emailPrefix);
      query = query.where(email, ">=", emailPrefix);
      if (end !== undefined) query = query.where(email, "<", end);
    }
    if (role !== undefined)
      query = query.where(isByEmail ? sql`(role || '')` : sql.ref("role"), "=", role);
    if (disabled !== undefined)
      query = query.where(
        isByEmail ? sql`(disabled + 0)` : sql.ref("disabled"),
        "=",
        disabled ? 1 : 0,
      );
    return query.orderBy("id").limit(limit).execute();
  });
  return rows.map(toUser);
}

async function insertUser(run: Run, user: User, passwordHash: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("users")
      .values(toRow(user, passwordHash))
      .onConflict((conflict) => conflict.column("email").doNothing())
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}

async function insertFirstAdmin(
  run: Run,
  dialect: StorageDialect,
  user: User,
  passwordHash: string,
): Promise<"inserted" | "admin_exists" | "email_taken"> {
  const row = toRow(user, passwordHash);
  await run((db) => dialect.takeTurn(db, "first_admin"));
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("users")
      .columns(["id", "email", "password_hash", "role", "disabled", "created_at"])
      .expression(
        db
          .selectNoFrom(({ val }) => [
            val(row.id).as("id"),
            val(row.email).as("email"),
            val(row.password_hash).as("password_hash"),
            val(row.role).as("role"),
            val(row.disabled).as("disabled"),
            val(row.created_at).as("created_at"),
          ])
          .where(({ exists, not, selectFrom }) =>
            not(exists(selectFrom("users").select("id").where("role", "=", "admin"))),
          ),
      )
      .onConflict((conflict) => conflict.column("email").doNothing())
      .executeTakeFirstOrThrow(),
  );
  if (numInsertedOrUpdatedRows === 1n) return "inserted";
  const admins = await listUsers(run, dialect, { role: "admin" }, 1, undefined);
  return admins.length > 0 ? "admin_exists" : "email_taken";
}

async function replacePasswordHash(
  run: Run,
  userId: string,
  from: string,
  to: string,
): Promise<boolean> {
  const { numUpdatedRows } = await run((db) =>
    db
      .updateTable("users")
      .set({ password_hash: to })
      .where("id", "=", userId)
      .where("password_hash", "=", from)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 1n;
}

async function setPasswordHash(run: Run, userId: string, to: string): Promise<void> {
  await run.send((db) =>
    db.updateTable("users").set({ password_hash: to }).where("id", "=", userId).execute(),
  );
}

async function updateUserUnlessLastAdmin(
  run: Run,
  dialect: StorageDialect,
  userId: string,
  { role, disabled }: UserChanges,
): Promise<User | "not_found" | "last_admin"> {
  const removesAdmin = role === "user" || disabled === true;
  const row = await run((db) =>
    withAdmins(db, dialect)
      .updateTable("users")
      // A row always matches what it is set to, so a change of nothing is a change too.
      .set(({ ref }) => ({
        role: role ?? ref("role"),
        disabled: disabled === undefined ? ref("disabled") : disabled ? 1 : 0,
      }))
      .where("id", "=", userId)
      .$if(removesAdmin, (query) => query.where((eb) => isNotLastAdmin(eb, userId)))
      .returning(userColumns)
      .executeTakeFirst(),
  );
  if (row !== undefined) return toUser(row);
  return (await findUser(run, userId)) === undefined ? "not_found" : "last_admin";
}

async function deleteUserUnlessLastAdmin(
  run: Run,
  dialect: StorageDialect,
  userId: string,
): Promise<"deleted" | "not_found" | "last_admin"> {
  const { numDeletedRows } = await run((db) =>
    withAdmins(db, dialect)
      .deleteFrom("users")
      .where("id", "=", userId)
      .where((eb) => isNotLastAdmin(eb, userId))
      .executeTakeFirstOrThrow(),
  );
  if (numDeletedRows === 1n) return "deleted";
  return (await findUser(run, userId)) === undefined ? "not_found" : "last_admin";
}

/**
 * The enabled admins, held in one order: of two that would remove each other, the second waits for the
 * first, and then finds one admin less (AZ-07).
 */
function withAdmins(db: Db, dialect: StorageDialect) {
  return db.with("admins", (query) =>
    query
      .selectFrom("users")
      .select("id")
      .where("role", "=", "admin")
      .where("disabled", "=", 0)
      .orderBy("id")
      .modifyEnd(dialect.holdRows),
  );
}

/** True for everybody but the one enabled admin there is: part of the statement that removes one. */
function isNotLastAdmin(
  {
    and,
    eb,
    exists,
    not,
    or,
    selectFrom,
  }: ExpressionBuilder<Tables & { admins: { id: string } }, "users">,
  userId: string,
) {
  const anotherAdmin = selectFrom("admins").select("admins.id").where("admins.id", "!=", userId);
  const isAdmin = and([eb("role", "=", "admin"), eb("disabled", "=", 0)]);
  return or([not(isAdmin), exists(anotherAdmin)]);
}

function toRow(user: User, passwordHash: string): Insertable<UsersTable> {
  return {
    id: user.id,
    email: user.email,
    password_hash: passwordHash,
    role: user.role,
    disabled: user.disabled ? 1 : 0,
    created_at: user.createdAt,
  };
}

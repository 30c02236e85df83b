/** Accounts in the database. */
import { sql } from "kysely";
import type { CompiledQuery, ExpressionBuilder, Insertable, RawBuilder, Selectable } from "kysely";
import type {
  Credential,
  User,
  UserChanges,
  UserFilter,
  UserStore,
  UserWithCredential,
} from "../domain/ports/users.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import { execute, LATER } from "./queries.ts";
import { endOfPrefix, isBroad } from "./prefixes.ts";
import type { Run } from "./queries.ts";
import type { Db, Tables, UsersTable } from "./schema.ts";

export interface UserQueries {
  readonly byEmail: CompiledQuery<UserRow & CredentialRow & { locked_until: number }>;
}

export function compileUserQueries(db: Db): UserQueries {
  return {
    byEmail: db
      .selectFrom("users")
      .select([...userColumns, ...credentialColumns, "locked_until"])
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
    findByEmail: (email) => findUserByEmail(run, queries, email),
    find: (userId) => findUser(run, userId),
    findCredential: (userId) => findCredential(run, userId, sql``),
    lockCredential: (userId) => findCredential(run, userId, dialect.lockRows),
    list: (filter, limit, afterId) => listUsers(run, dialect, filter, limit, afterId),
    insert: (user, passwordHash) => insertUser(run, user, passwordHash),
    insertFirstAdmin: (user, passwordHash) => insertFirstAdmin(run, dialect, user, passwordHash),
    upgradePasswordHash: (userId, from, to) => upgradePasswordHash(run, userId, from, to),
    changePasswordHash: (userId, epoch, to) => changePasswordHash(run, userId, epoch, to),
    setPasswordHash: (userId, to) => setPasswordHash(run, userId, to),
    updateUnlessLastAdmin: (userId, changes) =>
      updateUserUnlessLastAdmin(run, dialect, userId, changes),
    deleteUnlessLastAdmin: (userId) => deleteUserUnlessLastAdmin(run, dialect, userId),
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

const credentialColumns = ["password_hash", "credential_epoch"] as const;
type CredentialRow = Pick<Selectable<UsersTable>, (typeof credentialColumns)[number]>;

function toCredential(row: CredentialRow): Credential {
  return { passwordHash: row.password_hash, epoch: row.credential_epoch };
}

async function findUserByEmail(
  run: Run,
  queries: UserQueries,
  email: string,
): Promise<UserWithCredential | undefined> {
  const { rows } = await execute(run, queries.byEmail, [email]);
  const [row] = rows;
  return row && { user: toUser(row), ...toCredential(row), lockedUntil: row.locked_until };
}

async function findUser(run: Run, userId: string): Promise<User | undefined> {
  const row = await run((db) =>
    db.selectFrom("users").select(userColumns).where("id", "=", userId).executeTakeFirst(),
  );
  return row && toUser(row);
}

async function findCredential(
  run: Run,
  userId: string,
  lock: RawBuilder<unknown>,
): Promise<Credential | undefined> {
  const row = await run((db) =>
    db
      .selectFrom("users")
      .select(credentialColumns)
      .where("id", "=", userId)
      .modifyEnd(lock)
      .executeTakeFirst(),
  );
  return row && toCredential(row);
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

async function upgradePasswordHash(
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

async function changePasswordHash(
  run: Run,
  userId: string,
  epoch: number,
  to: string,
): Promise<boolean> {
  const { numUpdatedRows } = await run((db) =>
    db
      .updateTable("users")
      .set({ password_hash: to, credential_epoch: epoch + 1 })
      .where("id", "=", userId)
      .where("credential_epoch", "=", epoch)
      .executeTakeFirstOrThrow(),
  );
  return numUpdatedRows === 1n;
}

async function setPasswordHash(run: Run, userId: string, to: string): Promise<void> {
  await run.send((db) =>
    db
      .updateTable("users")
      .set((eb) => ({ password_hash: to, credential_epoch: eb("credential_epoch", "+", 1) }))
      .where("id", "=", userId)
      .execute(),
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
      .set(({ eb, ref }) => ({
        role: role ?? ref("role"),
        disabled: disabled === undefined ? ref("disabled") : disabled ? 1 : 0,
        credential_epoch: eb("credential_epoch", "+", disabled === true ? 1 : 0),
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
      .modifyEnd(dialect.lockRows),
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

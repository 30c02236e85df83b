/** Accounts in the database. */
import { sql } from "kysely";
import type { AliasableExpression, ExpressionBuilder, RawBuilder } from "kysely";
import type { Credential, UserStore } from "../domain/ports/users.ts";
import { findBroad } from "./prefixes.ts";
import type { Db, Tables, UsersTable } from "./schema.ts";
import { compose, type Executor, prepare, type Slots } from "./statements.ts";
import { hasSecondFactor } from "./second-factor-column.ts";
import { changeEmail, moveEpoch, updateOwn, verifyEmail, voidPassword } from "./user-changes.ts";
import { list, listLocked } from "./user-lists.ts";
import { findIdAt, search } from "./user-search.ts";
import {
  detailsSelection,
  type NewUserRow,
  toUser,
  toUserDetails,
  toUserRow,
  userColumns,
  userSelection,
} from "./user-rows.ts";

export function createUserStore(executor: Executor): UserStore {
  const { dialect } = executor.builder;
  const isThere = async (id: string) => (await find(executor, { id })).length > 0;
  return {
    async findByEmail(email) {
      const [row] = await findByEmail(executor, { email });
      return row && { user: toUser(row), ...toCredential(row) };
    },

    async find(id) {
      const [row] = await find(executor, { id });
      return row && toUser(row);
    },

    async findDetails(id) {
      const [row] = await findDetails(executor, { id });
      return row && toUserDetails(row);
    },

    async findCredential(id) {
      const [row] = await findCredential(executor, { id });
      return row && toCredential(row);
    },

    async lockCredential(id) {
      const [row] = await lockCredential(executor, { id });
      return row && toCredential(row);
    },

    async list(filter, limit, afterId) {
      const { emailPrefix } = filter;
      // The addresses' index is for few matches; many are soon met on the way through all accounts. A
      // planner without statistics is told which.
      const isByEmail =
        emailPrefix !== undefined &&
        (dialect.hasStatistics || (await findBroad(executor, { emailPrefix })).length === 0);
      return (await list(executor, { filter, isByEmail, limit, afterId })).map(toUserDetails);
    },

    async search(filter, limit, afterId, lastId) {
      return (await search(executor, { filter, limit, afterId, lastId })).map(toUserDetails);
    },

    async findIdAt(place, afterId) {
      const [row] = await findIdAt(executor, { place, afterId });
      return row?.id;
    },

    async listLocked(filter, limit, after) {
      return (await listLocked(executor, { filter, limit, after })).map(toUserDetails);
    },

    async updateOwn(id, { name, locale }) {
      const {
        rows: [row],
      } = await updateOwn(executor, { id, name, locale });
      return row && toUser(row);
    },

    async verifyEmail(id, email) {
      return (await verifyEmail(executor, { id, email })).changed === 1;
    },

    async changeEmail(id, email) {
      return (await changeEmail(executor, { id, email })).changed === 1;
    },

    moveEpoch: async (id) => (await moveEpoch(executor, { id })).changed === 1,

    voidPassword: (id) => voidPassword(executor, { id }),

    async insert(user, passwordHash) {
      const row = { ...toUserRow(user), password_hash: passwordHash };
      return (await insert(executor, row)).changed === 1;
    },

    async insertFirstAdmin(user, passwordHash) {
      await takeTurn(executor);
      const row = { ...toUserRow(user), password_hash: passwordHash };
      if ((await insertUnlessAdmin(executor, row)).changed === 1) return "inserted";
      return (await findAdmin(executor)).length > 0 ? "admin_exists" : "email_taken";
    },

    async upgradePasswordHash(id, from, to) {
      return (await upgradePasswordHash(executor, { id, from, to })).changed === 1;
    },

    async changePasswordHash(id, epoch, to) {
      const values = { id, epoch, nextEpoch: epoch + 1, to };
      return (await changePasswordHash(executor, values)).changed === 1;
    },

    setPasswordHash: (id, to) => setPasswordHash(executor, { id, to }),

    async updateUnlessLastAdmin(id, { role, disabled, emailVerified }) {
      const {
        rows: [row],
      } = await updateUnlessLastAdmin(executor, { id, role, disabled, emailVerified });
      if (row !== undefined) return toUserDetails(row);
      return (await isThere(id)) ? "last_admin" : "not_found";
    },

    async deleteUnlessLastAdmin(id) {
      if ((await deleteUnlessLastAdmin(executor, { id })).changed === 1) return "deleted";
      return (await isThere(id)) ? "last_admin" : "not_found";
    },
  };
}

const credentialColumns = [
  "password_hash",
  "credential_epoch",
  "locked_until",
  hasSecondFactor,
] as const;

function toCredential(row: {
  readonly password_hash: string | null;
  readonly credential_epoch: number;
  readonly locked_until: number;
  readonly has_second_factor: 0 | 1;
}): Credential {
  return {
    passwordHash: row.password_hash,
    epoch: row.credential_epoch,
    lockedUntil: row.locked_until,
    hasSecondFactor: row.has_second_factor === 1,
  };
}

const findByEmail = prepare.read((db, { email }: Slots<{ email: string }>) =>
  db.selectFrom("users").select(userSelection).select(credentialColumns).where("email", "=", email),
);

const find = prepare.read((db, { id }: Slots<{ id: string }>) =>
  db.selectFrom("users").select(userSelection).where("id", "=", id),
);

const findDetails = prepare.read((db, { id }: Slots<{ id: string }>) =>
  db.selectFrom("users").select(detailsSelection).where("id", "=", id),
);

const findCredential = prepare.read((db, { id }: Slots<{ id: string }>) =>
  db.selectFrom("users").select(credentialColumns).where("id", "=", id),
);

const lockCredential = prepare.read((db, { id }: Slots<{ id: string }>, { lockRows }) =>
  db.selectFrom("users").select(credentialColumns).where("id", "=", id).modifyEnd(lockRows),
);

const findAdmin = prepare.read((db) =>
  db.selectFrom("users").select("id").where("role", "=", "admin").limit(1),
);

type InsertValues = NewUserRow & Pick<UsersTable, "password_hash">;
const insertedColumns = [...userColumns, "password_hash"] as const;

const insert = prepare.write((db, slots: Slots<InsertValues>) =>
  db
    .insertInto("users")
    .columns(insertedColumns)
    // Not by SELECT: SQLite then keeps a journal for the statement alone, and a full disk undoes only that.
    .expression(sql`values (${sql.join(insertedColumns.map((column) => slots[column]))})`)
    .onConflict((conflict) => conflict.column("email").doNothing()),
);

const takeTurn = prepare.write((_db, _slots, dialect) => dialect.takeTurn("first_admin"));

const insertUnlessAdmin = prepare.write((db, slots: Slots<InsertValues>) =>
  db
    .insertInto("users")
    .columns(insertedColumns)
    .expression(
      db
        .selectNoFrom(insertedColumns.map((column) => aliased(slots[column], column)))
        .where(({ exists, not, selectFrom }) =>
          not(exists(selectFrom("users").select("id").where("role", "=", "admin"))),
        ),
    )
    .onConflict((conflict) => conflict.column("email").doNothing()),
);

function aliased(slot: AliasableExpression<unknown>, column: string) {
  return slot.as(column);
}

const upgradePasswordHash = prepare.write(
  (db, { id, from, to }: Slots<{ id: string; from: string; to: string }>) =>
    db
      .updateTable("users")
      .set({ password_hash: to })
      .where("id", "=", id)
      .where("password_hash", "=", from),
);

interface ChangeValues {
  readonly id: string;
  readonly epoch: number;
  readonly nextEpoch: number;
  readonly to: string;
}

const changePasswordHash = prepare.write((db, { id, epoch, nextEpoch, to }: Slots<ChangeValues>) =>
  db
    .updateTable("users")
    .set({ password_hash: to, credential_epoch: nextEpoch })
    .where("id", "=", id)
    .where("credential_epoch", "=", epoch),
);

const setPasswordHash = prepare.send((db, { id, to }: Slots<{ id: string; to: string }>) =>
  db
    .updateTable("users")
    .set((eb) => ({ password_hash: to, credential_epoch: eb("credential_epoch", "+", 1) }))
    .where("id", "=", id),
);

interface UpdateValues {
  readonly id: string;
  readonly role: UsersTable["role"] | undefined;
  readonly disabled: boolean | undefined;
  readonly emailVerified: true | undefined;
}

/** Composed for each call: it asks for another admin only where it removes one. */
const updateUnlessLastAdmin = compose.write(
  (db, { id, role, disabled, emailVerified }: UpdateValues, { lockRows }) =>
    withAdmins(db, lockRows)
      .updateTable("users")
      // A row always matches what it is set to, so a change of nothing is a change too.
      .set(({ eb, ref }) => ({
        role: role ?? ref("role"),
        disabled: disabled === undefined ? ref("disabled") : disabled ? 1 : 0,
        email_verified: emailVerified === undefined ? ref("email_verified") : 1,
        credential_epoch: eb("credential_epoch", "+", disabled === true ? 1 : 0),
      }))
      .where("id", "=", id)
      .$if(role === "user" || disabled === true, (query) => query.where(isNotLastAdmin(id)))
      .returning(detailsSelection),
);

const deleteUnlessLastAdmin = compose.write((db, { id }: { id: string }, { lockRows }) =>
  withAdmins(db, lockRows).deleteFrom("users").where("id", "=", id).where(isNotLastAdmin(id)),
);

/**
 * Locks the enabled admins, in one order: of two that would remove each other, the second waits for the
 * first, and then finds one admin less (AZ-07).
 */
function withAdmins(db: Db, lockRows: RawBuilder<unknown>) {
  return db.with("admins", (query) =>
    query
      .selectFrom("users")
      .select("id")
      .where("role", "=", "admin")
      .where("disabled", "=", 0)
      .orderBy("id")
      .modifyEnd(lockRows),
  );
}

/** True of every account but the one enabled admin there is: part of the statement that removes one. */
function isNotLastAdmin(id: string) {
  return ({
    and,
    eb,
    exists,
    not,
    or,
    selectFrom,
  }: ExpressionBuilder<Tables & { admins: { id: string } }, "users">) => {
    const anotherAdmin = selectFrom("admins").select("admins.id").where("admins.id", "!=", id);
    const isAdmin = and([eb("role", "=", "admin"), eb("disabled", "=", 0)]);
    return or([not(isAdmin), exists(anotherAdmin)]);
  };
}

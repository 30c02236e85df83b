/** Identities in the database. */
import { type Selectable, sql } from "kysely";
import type { Identity, IdentityStore, Person } from "../domain/ports/identities.ts";
import type { IdentitiesTable } from "./schema.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";
import { toUser, userSelection } from "./user-rows.ts";

export function createIdentityStore(executor: Executor): IdentityStore {
  return {
    list: async (userId) => (await list(executor, { userId })).map(toIdentity),

    async findByPerson({ issuer, subject }) {
      const [row] = await findByPerson(executor, { issuer, subject });
      return row && { identity: toIdentity(row), user: toUser(row), lockedUntil: row.locked_until };
    },

    async insert({ id, userId, provider, issuer, subject, email, createdAt }) {
      const row = { id, provider, issuer, subject, email, user_id: userId, created_at: createdAt };
      return (await insert(executor, row)).changed === 1;
    },

    use: async (id, now) => (await use(executor, { id, now })).changed === 1,

    async delete(userId, id) {
      const {
        rows: [row],
      } = await deleteOne(executor, { userId, id });
      return row && toIdentity(row);
    },

    async deleteAllOf(userId, linkedSince = 0) {
      const { rows } = await deleteAllOf(executor, { userId, linkedSince });
      return rows.map(toIdentity).sort((one, other) => (one.id < other.id ? -1 : 1));
    },
  };
}

const columns = [
  "identities.id",
  "identities.user_id",
  "identities.provider",
  "identities.issuer",
  "identities.subject",
  "identities.email",
  "identities.created_at",
  "identities.last_used_at",
] as const;

function toIdentity(row: Selectable<IdentitiesTable>): Identity {
  return {
    id: row.id,
    userId: row.user_id,
    provider: row.provider,
    issuer: row.issuer,
    subject: row.subject,
    email: row.email,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}

const list = prepare.read((db, { userId }: Slots<{ userId: string }>) =>
  db.selectFrom("identities").select(columns).where("user_id", "=", userId).orderBy("id"),
);

const findByPerson = prepare.read((db, { issuer, subject }: Slots<Person>) =>
  db
    .selectFrom("identities")
    .innerJoin("users", "users.id", "identities.user_id")
    .select(columns)
    .select(userSelection)
    .select("users.locked_until")
    .where("issuer", "=", issuer)
    .where("subject", "=", subject),
);

const insertedColumns = [
  "id",
  "user_id",
  "provider",
  "issuer",
  "subject",
  "email",
  "created_at",
] as const;
type InsertValues = Pick<Selectable<IdentitiesTable>, (typeof insertedColumns)[number]>;

const insert = prepare.write((db, slots: Slots<InsertValues>) =>
  db
    .insertInto("identities")
    .columns(insertedColumns)
    .expression(sql`values (${sql.join(insertedColumns.map((column) => slots[column]))})`)
    // Of a person, or of a provider in the account: whichever is first.
    .onConflict((conflict) => conflict.doNothing()),
);

const use = prepare.write((db, { id, now }: Slots<{ id: string; now: number }>) =>
  db.updateTable("identities").set({ last_used_at: now }).where("id", "=", id),
);

const deleteOne = prepare.write((db, { userId, id }: Slots<{ userId: string; id: string }>) =>
  db.deleteFrom("identities").where("id", "=", id).where("user_id", "=", userId).returning(columns),
);

const deleteAllOf = prepare.write(
  (db, { userId, linkedSince }: Slots<{ userId: string; linkedSince: number }>) =>
    db
      .deleteFrom("identities")
      .where("user_id", "=", userId)
      .where("created_at", ">=", linkedSince)
      .returning(columns),
);

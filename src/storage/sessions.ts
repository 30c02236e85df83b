/** Sessions in the database. */
import type { SessionLimits, SessionStore } from "../domain/ports/sessions.ts";
import type { Storage } from "../domain/ports/storage.ts";
import { sql } from "kysely";
import { prepareChanges, prepareLookup } from "./batched-statements.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import { createRefreshStates } from "./refresh-states.ts";
import type { SessionsTable } from "./schema.ts";
import { createSessionProofs } from "./session-proofs.ts";
import {
  sessionSelection,
  sessionsWithUsers,
  toSession,
  toSessionWithUser,
} from "./session-rows.ts";
import { type Executor, NOBODY, prepare, type Slots } from "./statements.ts";

export function createSessionStore(
  executor: Executor,
  transaction: Storage["transaction"],
): SessionStore {
  return {
    async findBySecretHash(secretHash) {
      const [row] = await findBySecretHash(executor, { secretHash });
      return row && toSessionWithUser(row);
    },

    async find(id) {
      const [row] = await find(executor, { id });
      if (row === undefined) return undefined;
      const { session, user } = toSessionWithUser(row);
      return { session, user, reauthenticatedAt: row.authenticated_at };
    },

    lock: async (id) => (await lock(executor, { id })).length > 0,

    async insert(session, epoch) {
      const { id, userId, kind, createdAt, lastSeenAt, expiresAt, ip, userAgent } = session;
      const secretHash = session.kind === "cookie" ? session.secretHash : null;
      const refreshSalt = session.kind === "token" ? session.refreshSalt : null;
      const methods = session.methods.join(" ");
      const { secondFactorAt } = session;
      const proofs = { secretHash, refreshSalt, epoch, methods, secondFactorAt };
      const shown = { id, userId, kind, createdAt, lastSeenAt, expiresAt, ip, userAgent };
      return (await insert(executor, { ...shown, ...proofs })).changed === 1;
    },

    ...createSessionProofs(executor),

    async touch(id, lastSeenAt) {
      const { batches } = executor;
      if (batches !== undefined && (await touchMany(batches, { id, lastSeenAt }))) return;
      await touch(executor, { id, lastSeenAt });
    },

    delete: async (id) => (await deleteOne(executor, { id })).changed === 1,

    async deleteLive(secretHash, { now, idleSince }) {
      const {
        rows: [row],
      } = await deleteLive(executor, { secretHash, now, idleSince });
      return row && { id: row.id, userId: row.user_id };
    },

    async countFailure(id, threshold) {
      const {
        rows: [row],
      } = await countFailure(executor, { id });
      if (row === undefined || row.failures < threshold) return false;
      return (await deleteOne(executor, { id })).changed === 1;
    },

    forgetFailures: (id) => forgetFailures(executor, { id }),

    deleteOf: async (userId, id) => (await deleteOf(executor, { userId, id })).changed === 1,

    async deleteAllOf(userId, exceptId = NOBODY) {
      const { rows } = await deleteAllOf(executor, { userId, exceptId });
      return rows.map(({ id }) => id).sort();
    },

    async list(userId, { now, idleSince }, limit, afterId = "") {
      const rows = await list(executor, { userId, now, idleSince, limit, afterId });
      return rows.map(toSession);
    },

    ...createRefreshStates(executor, transaction),

    deleteExpired: (now, idleSince, limit) => deleteExpired(executor, { now, idleSince, limit }),
  };
}

const findBySecretHash = prepareLookup(
  { secretHash: "bytea" },
  (db, { secretHash }: Slots<{ secretHash: Uint8Array }>) =>
    sessionsWithUsers(db).where("secret_hash", "=", secretHash),
);

const find = prepareLookup({ id: "text" }, (db, { id }: Slots<{ id: string }>) =>
  sessionsWithUsers(db).select("sessions.authenticated_at").where("sessions.id", "=", id),
);

const lock = prepare.read((db, { id }: Slots<{ id: string }>, { lockRows }) =>
  db.selectFrom("sessions").select("id").where("id", "=", id).modifyEnd(lockRows),
);

interface InsertValues {
  readonly id: string;
  readonly userId: string;
  readonly kind: SessionsTable["kind"];
  readonly secretHash: Uint8Array | null;
  readonly refreshSalt: Uint8Array | null;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly ip: string;
  readonly userAgent: string | null;
  readonly epoch: number;
  readonly methods: string;
  readonly secondFactorAt: number | null;
}

/**
 * Selects the values from the account's row, so that there are none to insert unless the account fits. It
 * locks that row: a change of password that comes a moment later waits, and then ends this session too.
 */
const insert = prepare.write((db, slots: Slots<InsertValues>, { lockRows }) =>
  db
    .insertInto("sessions")
    // In the order of the selection below. The other columns have defaults.
    .columns([
      "id",
      "user_id",
      "kind",
      "secret_hash",
      "refresh_salt",
      "created_at",
      "last_seen_at",
      "expires_at",
      "ip",
      "user_agent",
      "methods",
      "second_factor_at",
    ])
    .expression((eb) =>
      eb
        .selectFrom("users")
        .select([
          slots.id.as("id"),
          "users.id as user_id",
          slots.kind.as("kind"),
          slots.secretHash.as("secret_hash"),
          slots.refreshSalt.as("refresh_salt"),
          slots.createdAt.as("created_at"),
          slots.lastSeenAt.as("last_seen_at"),
          slots.expiresAt.as("expires_at"),
          slots.ip.as("ip"),
          slots.userAgent.as("user_agent"),
          slots.methods.as("methods"),
          slots.secondFactorAt.as("second_factor_at"),
        ])
        .where("users.id", "=", slots.userId)
        .where("disabled", "=", 0)
        .where("credential_epoch", "=", slots.epoch)
        .modifyEnd(lockRows),
    ),
);

interface TouchValues {
  readonly id: string;
  readonly lastSeenAt: number;
}

const touch = prepare.write((db, { id, lastSeenAt }: Slots<TouchValues>) =>
  db
    .updateTable("sessions")
    .set({ last_seen_at: lastSeenAt })
    .where("id", "=", id)
    .where("last_seen_at", "<", lastSeenAt),
);

/** Passes over sessions that are locked: they are being changed or ended, in whatever order. */
const touchMany = prepareChanges<TouchValues>(
  { id: "text", lastSeenAt: "int8" },
  (asked) => sql`with asked as (select * from ${asked}),
    latest as (select id, max("lastSeenAt") as seen_at from asked group by id),
    held as (select sessions.id, seen_at from latest join sessions on sessions.id = latest.id
      order by sessions.id for no key update of sessions skip locked),
    touched as (update sessions set last_seen_at = seen_at from held
      where sessions.id = held.id and last_seen_at < seen_at)
    select at from asked join held on held.id = asked.id`,
);

const deleteOne = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db.deleteFrom("sessions").where("id", "=", id),
);

const deleteLive = prepare.write(
  (db, { secretHash, now, idleSince }: Slots<SessionLimits & { secretHash: Uint8Array }>) =>
    db
      .deleteFrom("sessions")
      .where("secret_hash", "=", secretHash)
      .where("expires_at", ">", now)
      .where("last_seen_at", ">", idleSince)
      .returning(["id", "user_id"]),
);

const countFailure = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db
    .updateTable("sessions")
    .set((eb) => ({ failures: eb("failures", "+", 1) }))
    .where("id", "=", id)
    .returning("failures"),
);

const forgetFailures = prepare.send((db, { id }: Slots<{ id: string }>) =>
  db.updateTable("sessions").set({ failures: 0 }).where("id", "=", id),
);

const deleteOf = prepare.write((db, { userId, id }: Slots<{ userId: string; id: string }>) =>
  db.deleteFrom("sessions").where("id", "=", id).where("user_id", "=", userId),
);

const deleteAllOf = prepare.write(
  (db, { userId, exceptId }: Slots<{ userId: string; exceptId: string }>) =>
    db
      .deleteFrom("sessions")
      .where("user_id", "=", userId)
      .where("id", "!=", exceptId)
      .returning("id"),
);

interface ListValues extends SessionLimits {
  readonly userId: string;
  readonly limit: number;
  readonly afterId: string;
}

const list = prepare.read((db, { userId, now, idleSince, limit, afterId }: Slots<ListValues>) =>
  db
    .selectFrom("sessions")
    .select(sessionSelection)
    .where("user_id", "=", userId)
    .where("expires_at", ">", now)
    .where(({ eb, or }) => or([eb("kind", "=", "token"), eb("last_seen_at", ">", idleSince)]))
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(limit),
);

/** Only cookies fall idle: a token's session lives on its refresh tokens, to its absolute limit. */
const deleteExpired = prepareDeletion(
  "sessions",
  "id",
  ({ and, eb, or }, { now, idleSince }: Slots<SessionLimits>) =>
    or([
      eb("expires_at", "<=", now),
      and([eb("kind", "=", "cookie"), eb("last_seen_at", "<=", idleSince)]),
    ]),
);

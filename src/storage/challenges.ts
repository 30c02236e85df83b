/** Challenges in the database: found by the hash of a handle or a link. */
import { type AliasableExpression, type RawBuilder, type Selectable, sql } from "kysely";
import type {
  Challenge,
  ChallengePurpose,
  ChallengeStore,
  NewChallenge,
} from "../domain/ports/challenges.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import type { ChallengesTable, Db } from "./schema.ts";
import { type Executor, NOBODY, prepare, type Slots } from "./statements.ts";

export function createChallengeStore(executor: Executor): ChallengeStore {
  return {
    insert: (challenge) => insert(executor, toValues(challenge)),

    async save(userId, challenge) {
      const values = { ...toValues(challenge), user_id: userId ?? NOBODY };
      return (
        (await (challenge.purpose === UNDO ? saveBeside : save)(executor, values)).changed === 1
      );
    },

    async countTry(purpose, handleHash, most, now) {
      const {
        rows: [row],
      } = await countTry(executor, { purpose, handleHash, most, now });
      return row && toChallenge(row);
    },

    async findByHandle(purpose, handleHash, now) {
      const [row] = await findByHandle(executor, { purpose, handleHash, now });
      return row && toChallenge(row);
    },

    async findByLink(purpose, linkHash, now) {
      const [row] = await findByLink(executor, { purpose, linkHash, now });
      return row && toChallenge(row);
    },

    async spend(purpose, id, now) {
      return (await spend(executor, { purpose, id, now })).changed === 1;
    },

    async take(purpose, handleHash, now) {
      const {
        rows: [row],
      } = await take(executor, { purpose, handleHash, now });
      return row && toChallenge(row);
    },

    deleteAllOf: (userId) => deleteAllOf(executor, { userId }),
    deleteUndosAfter: (userId, id) => deleteUndosAfter(executor, { userId, id }),
    deleteDecoysAbout: (purpose, subject) => deleteDecoysAbout(executor, { purpose, subject }),
    deleteAbout: (purpose, subject) => deleteAbout(executor, { purpose, subject }),

    async isReserved(email, exceptUserId, now) {
      const values = { email, exceptUserId: exceptUserId ?? NOBODY, now };
      return (await findReservation(executor, values)).length > 0;
    },

    deleteExpired: (now, limit) => deleteExpired(executor, { now, limit }),
  };
}

/** An account may have several of these: each leads back to another address. */
const UNDO = "email_change_undo" satisfies ChallengePurpose;

type Row = Selectable<ChallengesTable>;

function toChallenge(row: Row): Challenge {
  return {
    id: row.id,
    purpose: row.purpose,
    handleHash: row.handle_hash,
    linkHash: row.link_hash,
    codeMac: row.code_mac,
    userId: row.user_id,
    sessionId: row.session_id,
    subject: row.subject,
    sealed: row.sealed,
    attempts: row.attempts,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

/** The columns that are inserted. `attempts` has a default. */
const columns = [
  "id",
  "purpose",
  "handle_hash",
  "link_hash",
  "code_mac",
  "user_id",
  "session_id",
  "subject",
  "sealed",
  "created_at",
  "expires_at",
] as const;
type Values = Pick<Row, (typeof columns)[number]>;

function toValues(challenge: NewChallenge): Values {
  return {
    id: challenge.id,
    purpose: challenge.purpose,
    handle_hash: challenge.handleHash,
    link_hash: challenge.linkHash,
    code_mac: challenge.codeMac,
    user_id: null,
    session_id: challenge.sessionId,
    subject: challenge.subject,
    sealed: challenge.sealed,
    created_at: challenge.createdAt,
    expires_at: challenge.expiresAt,
  };
}

/** Sent and not waited for: a real one takes one round trip, so a decoy must not take two (ET-01). */
const insert = prepare.send((db, slots: Slots<Values>) =>
  db
    .insertInto("challenges")
    .columns(columns)
    .expression(sql`values (${sql.join(columns.map((column) => slots[column]))})`),
);

const saveBeside = prepare.write((db, slots: Slots<Values>, { lockRows }) =>
  insertOfAccount(db, slots, lockRows),
);

const save = prepare.write((db, slots: Slots<Values>, { lockRows }) =>
  insertOfAccount(db, slots, lockRows).onConflict((conflict) =>
    conflict
      .columns(["user_id", "purpose"])
      // The condition of the index, word for word.
      .where(sql<boolean>`user_id is not null and purpose <> 'email_change_undo'`)
      .doUpdateSet(({ ref, lit }) => ({
        id: ref("excluded.id"),
        handle_hash: ref("excluded.handle_hash"),
        link_hash: ref("excluded.link_hash"),
        code_mac: ref("excluded.code_mac"),
        session_id: ref("excluded.session_id"),
        subject: ref("excluded.subject"),
        sealed: ref("excluded.sealed"),
        created_at: ref("excluded.created_at"),
        expires_at: ref("excluded.expires_at"),
        attempts: lit(0),
      })),
  ),
);

/** Takes the account's id from its own row: an account deleted a moment ago is then no error. */
function insertOfAccount(db: Db, slots: Slots<Values>, lockRows: RawBuilder<unknown>) {
  return db
    .insertInto("challenges")
    .columns(columns)
    .expression(
      db
        .selectFrom("users")
        .select(({ ref }) =>
          columns.map((column) =>
            column === "user_id" ? ref("users.id").as(column) : aliased(slots[column], column),
          ),
        )
        .where("users.id", "=", slots.user_id)
        .modifyEnd(lockRows),
    );
}

function aliased(slot: AliasableExpression<unknown>, column: string) {
  return slot.as(column);
}

interface Handle {
  readonly purpose: ChallengePurpose;
  readonly handleHash: Uint8Array;
  readonly now: number;
}

const countTry = prepare.write(
  (db, { purpose, handleHash, most, now }: Slots<Handle & { most: number }>) =>
    db
      .updateTable("challenges")
      .set(({ eb }) => ({ attempts: eb("attempts", "+", 1) }))
      .where("handle_hash", "=", handleHash)
      .where("purpose", "=", purpose)
      .where("expires_at", ">", now)
      .where("attempts", "<", most)
      .returningAll(),
);

const findByHandle = prepare.read((db, { purpose, handleHash, now }: Slots<Handle>) =>
  db
    .selectFrom("challenges")
    .selectAll()
    .where("handle_hash", "=", handleHash)
    .where("purpose", "=", purpose)
    .where("expires_at", ">", now),
);

interface Link extends Omit<Handle, "handleHash"> {
  readonly linkHash: Uint8Array;
}

const findByLink = prepare.read((db, { purpose, linkHash, now }: Slots<Link>) =>
  db
    .selectFrom("challenges")
    .selectAll()
    .where("link_hash", "=", linkHash)
    .where("purpose", "=", purpose)
    .where("expires_at", ">", now),
);

const spend = prepare.write(
  (db, { purpose, id, now }: Slots<Omit<Handle, "handleHash"> & { id: string }>) =>
    db
      .deleteFrom("challenges")
      .where("id", "=", id)
      .where("purpose", "=", purpose)
      .where("expires_at", ">", now),
);

const take = prepare.write((db, { purpose, handleHash, now }: Slots<Handle>) =>
  db
    .deleteFrom("challenges")
    .where("handle_hash", "=", handleHash)
    .where("purpose", "=", purpose)
    .where("expires_at", ">", now)
    .returningAll(),
);

const deleteAllOf = prepare.send((db, { userId }: Slots<{ userId: string }>) =>
  db.deleteFrom("challenges").where("user_id", "=", userId).where("purpose", "!=", UNDO),
);

const deleteUndosAfter = prepare.send((db, { userId, id }: Slots<{ userId: string; id: string }>) =>
  db
    .deleteFrom("challenges")
    .where("user_id", "=", userId)
    .where("purpose", "=", UNDO)
    .where("id", ">", id),
);

interface About {
  readonly purpose: ChallengePurpose;
  readonly subject: string;
}

const deleteAbout = prepare.send((db, { purpose, subject }: Slots<About>) =>
  db.deleteFrom("challenges").where("subject", "=", subject).where("purpose", "=", purpose),
);

/** Never an account's row: those are locked after the account's own. */
const deleteDecoysAbout = prepare.send((db, { purpose, subject }: Slots<About>) =>
  db
    .deleteFrom("challenges")
    .where("subject", "=", subject)
    .where("purpose", "=", purpose)
    .where("user_id", "is", null),
);

interface Reservation {
  readonly email: string;
  readonly exceptUserId: string;
  readonly now: number;
}

const findReservation = prepare.read((db, { email, exceptUserId, now }: Slots<Reservation>) =>
  db
    .selectFrom("challenges")
    .select("id")
    .where("subject", "=", email)
    .where("purpose", "=", UNDO)
    .where("user_id", "!=", exceptUserId)
    .where("expires_at", ">", now)
    .limit(1),
);

const deleteExpired = prepareDeletion("challenges", "id", (eb, { now }: Slots<{ now: number }>) =>
  eb("expires_at", "<=", now),
);

/** The outbox in the database. Mails are sealed before they come here. */
import type { MailStore, OutboxMail } from "../domain/ports/mails.ts";
import { prepareDeletion } from "./bounded-deletion.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";

export function createMailStore(executor: Executor): MailStore {
  return {
    insert: (mail) => insert(executor, mail),

    async claimDue(now, leaseEnd) {
      const {
        rows: [row],
      } = await claimDue(executor, { now, leaseEnd });
      if (row === undefined || row.sealed === null) return undefined;
      const { id, sealed, created_at: createdAt, expires_at: expiresAt, attempts: attempt } = row;
      return { id, sealed, createdAt, expiresAt, attempt };
    },

    async finish(id, attempt, now) {
      await finish(executor, { id, attempt, now });
    },

    async postpone(id, attempt, dueAt) {
      await postpone(executor, { id, attempt, dueAt });
    },

    async measure() {
      const [row] = await measure(executor);
      return { waiting: row?.waiting ?? 0, oldestCreatedAt: row?.oldest ?? null };
    },

    deleteFinishedBefore: (instant, limit) => deleteFinishedBefore(executor, { instant, limit }),
  };
}

const insert = prepare.send(
  (db, { id, sealed, createdAt, expiresAt, finishedAt }: Slots<OutboxMail>) =>
    db.insertInto("mails").values({
      id,
      sealed,
      created_at: createdAt,
      expires_at: expiresAt,
      due_at: createdAt,
      attempts: 0,
      finished_at: finishedAt,
    }),
);

/** The condition stands twice: a process that waited for another's claim checks the row again, and passes it over. */
const claimDue = prepare.write(
  (db, { now, leaseEnd }: Slots<{ now: number; leaseEnd: number }>, { skipLockedRows }) =>
    db
      .updateTable("mails")
      .set(({ eb }) => ({ attempts: eb("attempts", "+", 1), due_at: leaseEnd }))
      .where("id", "=", ({ selectFrom }) =>
        selectFrom("mails as due")
          .select("due.id")
          .where("due.finished_at", "is", null)
          .where("due.due_at", "<=", now)
          .orderBy("due.due_at")
          .orderBy("due.id")
          .limit(1)
          .modifyEnd(skipLockedRows),
      )
      .where("finished_at", "is", null)
      .where("due_at", "<=", now)
      .returning(["id", "sealed", "created_at", "expires_at", "attempts"]),
);

const finish = prepare.write(
  (db, { id, attempt, now }: Slots<{ id: string; attempt: number; now: number }>) =>
    db
      .updateTable("mails")
      .set({ finished_at: now, sealed: null })
      .where("id", "=", id)
      .where("attempts", "=", attempt),
);

const postpone = prepare.write(
  (db, { id, attempt, dueAt }: Slots<{ id: string; attempt: number; dueAt: number }>) =>
    db
      .updateTable("mails")
      .set({ due_at: dueAt })
      .where("id", "=", id)
      .where("attempts", "=", attempt)
      .where("finished_at", "is", null),
);

/** Counts the waiting mails: they are few, and have an index of their own. */
const measure = prepare.read((db) =>
  db
    .selectFrom("mails")
    .select(({ fn }) => [
      fn.countAll<number>().as("waiting"),
      fn.min<number | null>("created_at").as("oldest"),
    ])
    .where("finished_at", "is", null),
);

const deleteFinishedBefore = prepareDeletion(
  "mails",
  "id",
  (eb, { instant }: Slots<{ instant: number }>) => eb("finished_at", "<", instant),
);

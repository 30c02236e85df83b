/** The outbox in the database; what it holds was sealed before it came here. */
import type { ClaimedMail, MailStore, OutboxMail, OutboxState } from "../domain/ports/mails.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import type { Run } from "./queries.ts";

export function createMailStore(run: Run, dialect: StorageDialect): MailStore {
  return {
    insert: (mail) => insertMail(run, mail),
    claimDue: (now, leaseEnd) => claimDueMail(run, dialect, now, leaseEnd),
    finish: (id, attempt, now) => finishMail(run, id, attempt, now),
    postpone: (id, attempt, dueAt) => postponeMail(run, id, attempt, dueAt),
    measure: () => measureOutbox(run),
    deleteFinishedBefore: (instant, limit) =>
      deleteMailsFinishedBefore(run, dialect, instant, limit),
  };
}

async function insertMail(run: Run, mail: OutboxMail): Promise<void> {
  await run.send((db) =>
    db
      .insertInto("mails")
      .values({
        id: mail.id,
        sealed: mail.sealed,
        created_at: mail.createdAt,
        expires_at: mail.expiresAt,
        due_at: mail.createdAt,
        attempts: 0,
        finished_at: mail.finishedAt,
      })
      .execute(),
  );
}

/** The condition stands twice: a process that waited for another's claim looks at the row again, and lets it go. */
async function claimDueMail(
  run: Run,
  dialect: StorageDialect,
  now: number,
  leaseEnd: number,
): Promise<ClaimedMail | undefined> {
  const row = await run((db) =>
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
          .modifyEnd(dialect.skipLockedRows),
      )
      .where("finished_at", "is", null)
      .where("due_at", "<=", now)
      .returning(["id", "sealed", "created_at", "expires_at", "attempts"])
      .executeTakeFirst(),
  );
  if (row === undefined || row.sealed === null) return undefined;
  const { id, sealed, created_at: createdAt, expires_at: expiresAt, attempts: attempt } = row;
  return { id, sealed, createdAt, expiresAt, attempt };
}

async function finishMail(run: Run, id: string, attempt: number, now: number): Promise<void> {
  await run((db) =>
    db
      .updateTable("mails")
      .set({ finished_at: now, sealed: null })
      .where("id", "=", id)
      .where("attempts", "=", attempt)
      .execute(),
  );
}

async function postponeMail(run: Run, id: string, attempt: number, dueAt: number): Promise<void> {
  await run((db) =>
    db
      .updateTable("mails")
      .set({ due_at: dueAt })
      .where("id", "=", id)
      .where("attempts", "=", attempt)
      .where("finished_at", "is", null)
      .execute(),
  );
}

/** What waits is little, and has an index of its own. */
async function measureOutbox(run: Run): Promise<OutboxState> {
  const row = await run((db) =>
    db
      .selectFrom("mails")
      .select(({ fn }) => [
        fn.countAll<number>().as("waiting"),
        fn.min<number | null>("created_at").as("oldest"),
      ])
      .where("finished_at", "is", null)
      .executeTakeFirstOrThrow(),
  );
  const { waiting, oldest } = row;
  return { waiting, oldestCreatedAt: oldest };
}

async function deleteMailsFinishedBefore(
  run: Run,
  dialect: StorageDialect,
  instant: number,
  limit: number,
): Promise<number> {
  const { numDeletedRows } = await run((db) =>
    db
      .deleteFrom("mails")
      .where("id", "in", ({ selectFrom }) =>
        selectFrom("mails as ended")
          .select("ended.id")
          .where("finished_at", "<", instant)
          .limit(limit)
          .modifyEnd(dialect.skipLockedRows),
      )
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}

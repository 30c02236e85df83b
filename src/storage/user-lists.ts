/** The lists of accounts that administrators ask for: all of them, or those with a lock on. */
import { sql } from "kysely";
import type { LockedFilter, LockPosition, UserFilter } from "../domain/ports/users.ts";
import { endOfPrefix } from "./prefixes.ts";
import { besideIndexes } from "./user-conditions.ts";
import { compose } from "./statements.ts";
import { detailsSelection } from "./user-rows.ts";

interface ListValues {
  readonly filter: UserFilter;
  readonly isByEmail: boolean;
  readonly limit: number;
  readonly afterId: string | undefined;
}

/** Composed for each call: its filters are optional. A column inside of an expression keeps its index out of the plan. */
export const list = compose.read((db, { filter, isByEmail, limit, afterId }: ListValues) => {
  const { emailPrefix, role, disabled, emailVerified, unlockedAt } = filter;
  let query = db.selectFrom("users").select(detailsSelection);
  if (afterId !== undefined) query = query.where("id", ">", afterId);
  if (emailPrefix !== undefined) {
    const email = isByEmail ? sql.ref<string>("email") : sql<string>`(email || '')`;
    const end = endOfPrefix(emailPrefix);
    query = query.where(email, ">=", emailPrefix);
    if (end !== undefined) query = query.where(email, "<", end);
  }
  if (role !== undefined)
    query = query.where(isByEmail ? sql`(role || '')` : sql.ref("role"), "=", role);
  if (disabled !== undefined) {
    const column = isByEmail ? sql`(disabled + 0)` : sql.ref("disabled");
    query = query.where(column, "=", disabled ? 1 : 0);
  }
  if (emailVerified !== undefined) {
    const column = isByEmail ? sql`(email_verified + 0)` : sql.ref("email_verified");
    query = query.where(column, "=", emailVerified ? 1 : 0);
  }
  if (unlockedAt !== undefined) query = query.where(sql`(locked_until + 0)`, "<=", unlockedAt);
  return query.orderBy("id").limit(limit);
});

interface LockedValues {
  readonly filter: LockedFilter;
  readonly limit: number;
  readonly after: LockPosition | undefined;
}

/**
 * Composed for each call: its filters are optional. They are asked of the locked alone, of whom there are
 * never many: each lock has cost as many hashes as its threshold, and ends within a day.
 */
export const listLocked = compose.read((db, { filter, limit, after }: LockedValues) => {
  const { emailPrefix, lockedAt } = filter;
  let query = db
    .selectFrom("users")
    .select(detailsSelection)
    // The condition of the index `users_locked`, word for word.
    .where(sql<boolean>`locked_until > 0`)
    .where("locked_until", ">", lockedAt);
  if (after !== undefined)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple("locked_until", "id"), "<", tuple(after.lockedUntil, after.id)),
    );
  if (emailPrefix !== undefined) {
    const end = endOfPrefix(emailPrefix);
    query = query.where(sql<string>`(email || '')`, ">=", emailPrefix);
    if (end !== undefined) query = query.where(sql<string>`(email || '')`, "<", end);
  }
  for (const condition of besideIndexes(filter)) query = query.where(condition);
  return query.orderBy("locked_until", "desc").orderBy("id", "desc").limit(limit);
});

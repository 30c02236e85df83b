/** Accounts by a part of their name or address. No index has that, so each page reads a stretch of all accounts, and no more. */
import { sql } from "kysely";
import type { UserFilter } from "../domain/ports/users.ts";
import { besideIndexes } from "./user-conditions.ts";
import { compose } from "./statements.ts";
import { detailsSelection } from "./user-rows.ts";

interface SearchValues {
  readonly filter: UserFilter;
  readonly limit: number;
  readonly afterId: string | undefined;
  readonly lastId: string | undefined;
}

/** In the order of the ids, by their index alone. */
export const search = compose.read((db, { filter, limit, afterId, lastId }: SearchValues) => {
  const { emailPrefix, unlockedAt } = filter;
  let query = db.selectFrom("users").select(detailsSelection);
  if (afterId !== undefined) query = query.where("id", ">", afterId);
  if (lastId !== undefined) query = query.where("id", "<=", lastId);
  for (const condition of besideIndexes(filter)) query = query.where(condition);
  if (emailPrefix !== undefined)
    query = query.where(
      sql<boolean>`substr(email, 1, ${Array.from(emailPrefix).length}) = ${emailPrefix}`,
    );
  if (unlockedAt !== undefined) query = query.where(sql`(locked_until + 0)`, "<=", unlockedAt);
  return query.orderBy("id").limit(limit);
});

/** Reads the index of the ids alone. */
export const findIdAt = compose.read(
  (db, { place, afterId }: { readonly place: number; readonly afterId: string | undefined }) =>
    db
      .selectFrom("users")
      .select("id")
      .$if(afterId !== undefined, (query) => query.where("id", ">", afterId ?? ""))
      .orderBy("id")
      .offset(place - 1)
      .limit(1),
);

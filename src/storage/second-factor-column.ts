/** Selects whether an account has a second factor: of live rows, never stored, so that it cannot be stale (D4). */
import { type RawBuilder, sql } from "kysely";

/** 1 or 0 on every database. For a query on `users`, or a join with it. */
export const hasSecondFactorOf: RawBuilder<0 | 1> = sql<0 | 1>`case
  when exists (select 1 from totp_factors where totp_factors.user_id = users.id)
    or exists (select 1 from passkeys where passkeys.user_id = users.id)
  then 1 else 0 end`;

export const hasSecondFactor = hasSecondFactorOf.as("has_second_factor");

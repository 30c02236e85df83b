/** Proofs of who somebody is, as a session keeps them. Its first is there from its beginning, in `sessions.ts`. */
import { sql } from "kysely";
import type { AuthMethod, SessionStore } from "../domain/ports/sessions.ts";
import { hasSecondFactor } from "./second-factor-column.ts";
import type { Db } from "./schema.ts";
import { authenticationSelection, toAuthentication } from "./session-rows.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";

export function createSessionProofs(
  executor: Executor,
): Pick<SessionStore, "findAuthentication" | "reauthenticate" | "noteSecondFactor"> {
  return {
    async findAuthentication(id) {
      const [row] = await findAuthentication(executor, { id });
      return row && { ...toAuthentication(row), hasSecondFactor: row.has_second_factor === 1 };
    },

    async reauthenticate({ sessionId: id, now, method, isSecondFactor, secrets }) {
      const secondFactorAt = isSecondFactor ? now : null;
      const values = { id, now, secondFactorAt, ...methodSlots(method) };
      return (
        (
          await (secrets === undefined
            ? reauthenticate(executor, values)
            : reauthenticateCookie(executor, { ...values, ...secrets }))
        ).changed === 1
      );
    },

    noteSecondFactor: (id, now, method) =>
      noteSecondFactor(executor, { id, now, ...methodSlots(method) }),
  };
}

const findAuthentication = prepare.read((db, { id }: Slots<{ id: string }>) =>
  db
    .selectFrom("sessions")
    .innerJoin("users", "users.id", "sessions.user_id")
    .select(authenticationSelection)
    .select(hasSecondFactor)
    .where("sessions.id", "=", id),
);

interface MethodSlots {
  readonly method: string;
  /** Matches the list that has it. */
  readonly among: string;
}

function methodSlots(method: AuthMethod): MethodSlots {
  return { method, among: `% ${method} %` };
}

/** The session's methods, with this one if it was not among them. */
function methodsWith({ method, among }: Slots<MethodSlots>) {
  return sql<string>`case when ' ' || methods || ' ' like ${among} then methods else methods || ' ' || ${method} end`;
}

interface ReproofValues extends MethodSlots {
  readonly id: string;
  readonly now: number;
  /** Null where it was none: the instant that is there stays. */
  readonly secondFactorAt: number | null;
}

const reauthenticate = prepare.write((db, slots: Slots<ReproofValues>) => noteProof(db, slots));

/** The secret is part of the condition: of two at once, one has a cookie that is good (SU-03). */
const reauthenticateCookie = prepare.write(
  (db, slots: Slots<ReproofValues & { from: Uint8Array; to: Uint8Array }>) =>
    noteProof(db, slots).set({ secret_hash: slots.to }).where("secret_hash", "=", slots.from),
);

function noteProof(db: Db, slots: Slots<ReproofValues>) {
  const { id, now, secondFactorAt } = slots;
  return db
    .updateTable("sessions")
    .set(({ fn }) => ({
      methods: methodsWith(slots),
      authenticated_at: now,
      second_factor_at: fn.coalesce(secondFactorAt, "second_factor_at"),
      failures: 0,
    }))
    .where("id", "=", id);
}

const noteSecondFactor = prepare.send(
  (db, slots: Slots<MethodSlots & { id: string; now: number }>) =>
    db
      .updateTable("sessions")
      .set({ second_factor_at: slots.now, methods: methodsWith(slots) })
      .where("id", "=", slots.id),
);

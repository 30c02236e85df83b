/**
 * Batches: units of one kind that are asked together are one statement, on connections that are kept for them (decision 23).
 * Which kinds there are, `storage/batched-statements.ts` declares.
 */
import type { CompiledQuery } from "kysely";
import { StorageUnavailableError } from "../../domain/ports/storage.ts";
import { asUnavailable } from "./availability.ts";
import type { BatchConnections, Database } from "./database.ts";
import { Gathering } from "./gathering.ts";

/** Builds the statements of a database. */
type Builder = Pick<Database, "db" | "dialect">;

export interface Batches {
  /** Asks beside the others. Undefined where the unit has to be asked alone. */
  ask<Unit, Answer>(kind: BatchKind<Unit, Answer>, unit: Unit): Promise<Answer | undefined>;
  /** Resolves once everything that was asked has been answered. */
  settled(): Promise<void>;
}

/** Statements of one text. The kind is an object of its own, by which `Batches` knows it. */
export interface BatchKind<Unit, Answer> {
  readonly underWayMost: number;
  bind(builder: Builder, units: readonly Unit[]): CompiledQuery;
  /** Answers from the unit's row, which is undefined where the statement has none for it. */
  answerOf(row: unknown): Answer | undefined;
}

export function createBatches(builder: Builder, { run, patienceMs }: BatchConnections): Batches {
  const { failureOf } = builder.dialect;
  const gatherings = new Map<unknown, { settled(): Promise<void> }>();

  function gather<Unit, Answer>(kind: BatchKind<Unit, Answer>) {
    return new Gathering<Unit, Answer | undefined>({
      underWayMost: kind.underWayMost,
      patienceMs,
      async send(units) {
        const rows: unknown[] = new Array<unknown>(units.length).fill(undefined);
        try {
          const answered = await run(kind.bind(builder, units));
          // Every statement here answers its units' places, counted from one.
          for (const row of answered.rows as { readonly at: number }[]) rows[row.at - 1] = row;
        } catch (error) {
          // The state of the database fails every unit. Anything else may be one unit's doing, or another transaction's.
          if (failureOf(error) === "unavailable") throw asUnavailable(failureOf, error);
          return units.map(() => undefined);
        }
        return rows.map((row) => kind.answerOf(row));
      },
      tooLate: () => new StorageUnavailableError("The database is unavailable", "CONNECTION_LOST"),
    });
  }

  return {
    ask<Unit, Answer>(kind: BatchKind<Unit, Answer>, unit: Unit) {
      // Each is found under the kind it was made from.
      let gathering = gatherings.get(kind) as Gathering<Unit, Answer | undefined> | undefined;
      if (gathering === undefined) gatherings.set(kind, (gathering = gather(kind)));
      return gathering.ask(unit);
    },
    async settled() {
      await Promise.all([...gatherings.values()].map((gathering) => gathering.settled()));
    },
  };
}

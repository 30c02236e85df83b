/** Signing keys in the database, sealed before they come here. */
import type { Selectable } from "kysely";
import type { SigningKeyRecord, SigningKeyStore } from "../domain/ports/signing-keys.ts";
import type { SigningKeysTable } from "./schema.ts";
import { type Executor, prepare, type Slots } from "./statements.ts";

export function createSigningKeyStore(executor: Executor): SigningKeyStore {
  const listAll = async () => (await list(executor)).map(toSigningKey);
  return {
    list: listAll,

    async lockAll() {
      await takeTurn(executor);
      return listAll();
    },

    insertFirst: async (key) => (await insertFirst(executor, key)).changed === 1,

    async retire(now) {
      await retire(executor, { now });
    },
  };
}

function toSigningKey(row: Selectable<SigningKeysTable>): SigningKeyRecord {
  return {
    kid: row.kid,
    publicX: row.public_x,
    sealedSeed: row.sealed_seed,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  };
}

const columns = ["kid", "public_x", "sealed_seed", "created_at", "retired_at"] as const;

const list = prepare.read((db) =>
  db
    .selectFrom("signing_keys")
    .select(columns)
    .orderBy("created_at", "desc")
    .orderBy("kid", "desc"),
);

const takeTurn = prepare.write((_db, _slots, dialect) => dialect.takeTurn("signing_keys"));

const insertFirst = prepare.write(
  (db, { kid, publicX, sealedSeed, createdAt, retiredAt }: Slots<SigningKeyRecord>) =>
    db
      .insertInto("signing_keys")
      .columns(columns)
      .expression(
        db
          .selectNoFrom([
            kid.as("kid"),
            publicX.as("public_x"),
            sealedSeed.as("sealed_seed"),
            createdAt.as("created_at"),
            retiredAt.as("retired_at"),
          ])
          .where(({ exists, not, selectFrom }) =>
            not(exists(selectFrom("signing_keys").select("kid").where("retired_at", "is", null))),
          ),
      )
      .onConflict((conflict) => conflict.doNothing()), // another process, at the same moment
);

const retire = prepare.write((db, { now }: Slots<{ now: number }>) =>
  db.updateTable("signing_keys").set({ retired_at: now }).where("retired_at", "is", null),
);

/** Signing keys in the database, sealed before they come here. */
import type { Selectable } from "kysely";
import type { SigningKeyRecord, SigningKeyStore } from "../domain/ports/signing-keys.ts";
import type { StorageDialect } from "./engine/dialect.ts";
import type { Run } from "./queries.ts";
import type { SigningKeysTable } from "./schema.ts";

export function createSigningKeyStore(run: Run, dialect: StorageDialect): SigningKeyStore {
  return {
    list: () => listSigningKeys(run),
    async lockAll() {
      await run((db) => dialect.takeTurn(db, "signing_keys"));
      return listSigningKeys(run);
    },
    insertFirst: (key) => insertFirstSigningKey(run, key),
    retire: (now) => retireSigningKey(run, now),
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

async function listSigningKeys(run: Run): Promise<SigningKeyRecord[]> {
  const rows = await run((db) =>
    db
      .selectFrom("signing_keys")
      .select(["kid", "public_x", "sealed_seed", "created_at", "retired_at"])
      .orderBy("created_at", "desc")
      .orderBy("kid", "desc")
      .execute(),
  );
  return rows.map(toSigningKey);
}

async function insertFirstSigningKey(run: Run, key: SigningKeyRecord): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await run((db) =>
    db
      .insertInto("signing_keys")
      .columns(["kid", "public_x", "sealed_seed", "created_at", "retired_at"])
      .expression(
        db
          .selectNoFrom(({ val }) => [
            val(key.kid).as("kid"),
            val(key.publicX).as("public_x"),
            val(key.sealedSeed).as("sealed_seed"),
            val(key.createdAt).as("created_at"),
            val(key.retiredAt).as("retired_at"),
          ])
          .where(({ exists, not, selectFrom }) =>
            not(exists(selectFrom("signing_keys").select("kid").where("retired_at", "is", null))),
          ),
      )
      .onConflict((conflict) => conflict.doNothing()) // another process, at the same moment
      .executeTakeFirstOrThrow(),
  );
  return numInsertedOrUpdatedRows === 1n;
}

async function retireSigningKey(run: Run, now: number): Promise<void> {
  await run((db) =>
    db
      .updateTable("signing_keys")
      .set({ retired_at: now })
      .where("retired_at", "is", null)
      .execute(),
  );
}

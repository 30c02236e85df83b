/** The databases the suite runs on: `describe.each(databases)`. Real ones, made anew for each test. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach } from "vitest";
import type { Storage } from "../../src/domain/storage.ts";
import { openStorage } from "../../src/storage/storage.ts";

export interface TestDatabase {
  readonly url: string;
  /** Runs one statement the way another client of the database would; answers its rows. */
  query(sql: string): Record<string, unknown>[];
  /** Another client takes the write lock; call the answer to give it back. */
  lock(): () => void;
  remove(): void;
}

export const databases = [{ name: "SQLite", create: createSqlite }];

/** A fresh database, opened, for every test of the block it is called in. */
export function eachTestOpens(create: () => TestDatabase): {
  readonly storage: Storage;
  readonly database: TestDatabase;
} {
  let opened: { storage: Storage; database: TestDatabase } | undefined;
  beforeEach(async () => {
    const database = create();
    opened = { database, storage: await openStorage(database.url) };
  });
  afterEach(async () => {
    await opened?.storage.close();
    opened?.database.remove();
  });
  const current = () => {
    if (opened === undefined) throw new Error("Only inside a test");
    return opened;
  };
  return {
    get storage() {
      return current().storage;
    },
    get database() {
      return current().database;
    },
  };
}

/** A path in a folder of its own, where no database is yet. */
export function createSqlite(): TestDatabase & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "portcullis-storage-"));
  const path = join(folder, "data", "test.db");
  return {
    url: `sqlite:${path}`,
    path,
    query(sql) {
      const connection = new DatabaseSync(path);
      try {
        return connection.prepare(sql).all();
      } finally {
        connection.close();
      }
    },
    lock() {
      const connection = new DatabaseSync(path);
      connection.exec("begin immediate");
      return () => connection.close();
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

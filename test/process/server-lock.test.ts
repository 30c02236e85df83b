import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockServer } from "../../src/process/server-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const target = (folder: string) => ({ kind: "sqlite", path: join(folder, "a.db") }) as const;

test("the first has the lock, the next is told of it, and after its end nothing is left", () => {
  const folder = temporaryFolder();
  const first = lockServer(target(folder));
  expect(first.remark).toBeUndefined();
  for (const _ of [1, 2])
    expect(lockServer(target(folder)).remark).toBe(
      "another server runs on this database: was it started twice?",
    );
  first.release();
  expect(readdirSync(folder)).toEqual([]);
  const next = lockServer(target(folder));
  expect(next.remark).toBeUndefined();
  next.release();
});

test("where no file can be made, and on PostgreSQL, a start goes on", () => {
  for (const nowhere of [
    target("/proc/x"),
    { kind: "postgres", url: "postgres://db/x" } as const,
  ]) {
    const lock = lockServer(nowhere);
    expect(lock.remark).toBeUndefined();
    lock.release();
  }
});

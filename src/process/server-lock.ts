/**
 * Tells a server on SQLite of another one on the same file: most likely it was started twice. Both work, and commands
 * run beside them, so neither is refused; a restart may overlap with what it replaces.
 *
 * The lock is SQLite's own, on an empty database beside the real one: the system takes it away from a process that has
 * died, by kill -9 too, and nothing has to be cleaned up before the next start.
 */
import { closeSync, openSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DatabaseTarget } from "../storage/engine/target.ts";

export interface ServerLock {
  /** Says so in a sentence where another process has it. */
  readonly remark: string | undefined;
  release(): void;
}

/** Takes the lock, or tells who has it. A file that cannot be made keeps nobody from starting. */
export function lockServer(target: DatabaseTarget): ServerLock {
  if (target.kind !== "sqlite") return without(undefined);
  const path = `${resolve(target.path)}-server`;
  let lock: DatabaseSync | undefined;
  try {
    closeSync(openSync(path, "a", 0o600));
    const opened = (lock = new DatabaseSync(path));
    // Nothing in it is worth a sync.
    opened.exec("pragma synchronous = off; pragma journal_mode = memory");
    if (takes(opened))
      return {
        remark: undefined,
        release() {
          rmSync(path, { force: true });
          opened.close();
        },
      };
    const holder = holderOf(opened);
    opened.close();
    const which = holder === process.pid ? "" : ` (process ${holder})`;
    return without(`another server runs on this database${which}: was it started twice?`);
  } catch {
    lock?.close();
    return without(undefined);
  }
}

function without(remark: string | undefined): ServerLock {
  return { remark, release: () => undefined };
}

/**
 * Writes down the process, and keeps the write lock from then on: others can still read who has it. Of two that
 * write at once, the one with the lock may find the other written down, and writes again.
 */
function takes(lock: DatabaseSync): boolean {
  try {
    do {
      if (lock.isTransaction) lock.exec("commit");
      lock.exec(`begin immediate; pragma user_version = ${process.pid}; commit; begin immediate`);
    } while (holderOf(lock) !== process.pid);
    return true;
  } catch {
    return false;
  }
}

function holderOf(lock: DatabaseSync): number {
  return Number(lock.prepare("pragma user_version").get()?.["user_version"]);
}

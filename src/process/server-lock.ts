/**
 * Lets one server at a time run on a SQLite file, unless the setting says that several are meant: most likely it was
 * started twice. Commands run beside a server, and take no lock. A restart may overlap with what it replaces, so the next
 * server waits for a while (EB-05).
 *
 * The lock is SQLite's own, on an empty database beside the real one: the system takes it away from a process that has
 * died, by kill -9 too, and nothing has to be cleaned up before the next start.
 */
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import type { DatabaseTarget } from "../storage/engine/target.ts";
import { StartRefusedError } from "./start-refused.ts";

/** How long a start waits for the server before it: longer than the 9.5 s that an orderly end may take (ST-13). Milliseconds. */
const PATIENCE_MS = 12_000;
/** The time between two tries. Milliseconds. */
const TRY_EVERY_MS = 100;

/** SQLite's codes for a lock that somebody else has. */
const BUSY = new Set([5, 6]);

export interface ServerLock {
  release(): void;
}

export interface LockOptions {
  /** SHARED_DATABASE: several servers are meant. */
  readonly isShared: boolean;
  /** Gets a sentence, once, where another server has the lock and it is waited for. */
  readonly tell: (sentence: string) => void;
  readonly patienceMs?: number;
}

/** Paths whose lock this process has. */
const heldHere = new Set<string>();

/**
 * Takes the lock. Rejects with a `StartRefusedError` where another server keeps it. A file that cannot be made keeps nobody
 * from starting, and neither does PostgreSQL.
 */
export async function lockServer(
  target: DatabaseTarget,
  { isShared, tell, patienceMs = PATIENCE_MS }: LockOptions,
): Promise<ServerLock> {
  if (target.kind !== "sqlite") return noLock;
  const database = resolve(target.path);
  const giveUpAt = performance.now() + patienceMs;
  let isTold = false;
  for (;;) {
    const taken = heldHere.has(database) ? { holder: process.pid } : tryLock(database);
    if ("release" in taken) return taken;
    if (isShared) return noLock;
    const holder = taken.holder === undefined ? "" : ` (process ${taken.holder})`;
    if (heldHere.has(database))
      throw new StartRefusedError(
        `This process has a server on ${database} already: make one and keep it, or set SHARED_DATABASE=on for each where several are meant`,
      );
    if (performance.now() >= giveUpAt)
      throw new StartRefusedError(
        `Another server${holder} runs on ${database}: stop it, or set SHARED_DATABASE=on for each where several are meant`,
      );
    if (!isTold)
      tell(
        `Another server${holder} runs on ${database}: its end is waited for, ${patienceMs / 1_000} s at most`,
      );
    isTold = true;
    await delay(TRY_EVERY_MS);
  }
}

const noLock: ServerLock = { release: () => undefined };

function tryLock(database: string): ServerLock | { readonly holder: number | undefined } {
  const path = `${database}-server`;
  let lock: DatabaseSync | undefined;
  try {
    make(path);
    const file = inodeOf(path);
    lock = new DatabaseSync(path);
    // Nothing in it is worth a sync.
    lock.exec("pragma synchronous = off; pragma journal_mode = memory");
    take(lock);
    // Its holder removes the file at its end: a lock on what was removed keeps nobody out.
    if (file === undefined || inodeOf(path) !== file) {
      lock.close();
      return { holder: undefined };
    }
    return held(database, path, lock);
  } catch (error) {
    const holder = isBusy(error) ? { holder: lock && holderOf(lock) } : undefined;
    lock?.close();
    return holder ?? noLock;
  }
}

function held(database: string, path: string, lock: DatabaseSync): ServerLock {
  heldHere.add(database);
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      heldHere.delete(database);
      rmSync(path, { force: true });
      lock.close();
    },
  };
}

/**
 * Makes the file where there is none, and opens it nowhere else: to close a file takes away every lock that the process
 * has on it (POSIX, fcntl).
 */
function make(path: string): void {
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/**
 * Writes down the process, and keeps the write lock from then on: others can still read who has it. Of two that
 * write at once, the one with the lock may find the other written down, and writes again. Throws where another has it.
 */
function take(lock: DatabaseSync): void {
  do {
    if (lock.isTransaction) lock.exec("commit");
    lock.exec(`begin immediate; pragma user_version = ${process.pid}; commit; begin immediate`);
  } while (holderOf(lock) !== process.pid);
}

/** The process that has written itself down; undefined where it is writing. */
function holderOf(lock: DatabaseSync): number | undefined {
  try {
    const holder = Number(lock.prepare("pragma user_version").get()?.["user_version"]);
    return holder === 0 ? undefined : holder;
  } catch {
    return undefined;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && BUSY.has(Number(error.errcode));
}

/**
 * A reading that is left open beside the connection, so that the connection's own readings take no lock.
 *
 * Each of them takes a lock on the write-ahead log and gives it back: two calls to the kernel, which cost
 * more than the reading itself. SQLite counts the locks of one process together, and asks the kernel only
 * for the first of them and after the last. So a second connection keeps one. Nothing is ever read from
 * it: what the connection reads is the newest there is, as before.
 *
 * The log cannot begin anew while somebody reads it. So whoever may write lets go of it first, and so does
 * time, for the sake of other processes.
 */
import { DatabaseSync } from "node:sqlite";

/** How long it is kept. Milliseconds: another process that writes meets it for no longer. */
const KEPT_FOR_MS = 100;

export interface KeptReading {
  /** Costs nothing where it is kept already. Never throws: without it, readings take their own locks. */
  keep(): void;
  letGo(): void;
  close(): void;
}

/** Beside a connection to the same file, which is there already and has its settings. */
export function createKeptReading(path: string): KeptReading {
  const database = new DatabaseSync(path, { readOnly: true });
  const begin = database.prepare("begin");
  const read = database.prepare("select 1 from sqlite_schema limit 1");
  const commit = database.prepare("commit");
  /** Also where it was refused: then it is asked for again at the next occasion, and not by every reading. */
  let isKept = false;
  let timer: NodeJS.Timeout | undefined;

  function keep(): void {
    if (isKept) return;
    isKept = true;
    timer = setTimeout(letGo, KEPT_FOR_MS).unref();
    try {
      begin.run();
      read.get();
    } catch {
      end();
    }
  }

  function letGo(): void {
    if (!isKept) return;
    isKept = false;
    clearTimeout(timer);
    end();
  }

  function end(): void {
    if (database.isTransaction) commit.run();
  }

  return {
    keep,
    letGo,
    close() {
      letGo();
      database.close();
    },
  };
}

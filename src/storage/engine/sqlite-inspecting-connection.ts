/**
 * Opens a SQLite file so that no byte changes, neither of it nor beside it. To open it for reading alone is not enough:
 * SQLite then makes `-wal` and `-shm` where there are none, and writes its marks into the latter.
 */
import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { type InspectingConnection, NoDatabaseError } from "./inspecting-connection.ts";

/** How long to wait for a lock, on the event loop. A reader hardly ever meets one. Milliseconds. */
const BUSY_TIMEOUT_MS = 250;

/** `path` is absolute. Throws a `NoDatabaseError`, or what SQLite throws. */
export function openSqliteToInspect(path: string): InspectingConnection {
  if (!existsSync(path)) throw new NoDatabaseError("There is no database yet");
  const hasLog = sizeOf(`${path}-wal`) > 0;
  const hasIndex = existsSync(`${path}-shm`);
  const url = pathToFileURL(path);
  // sqlite.org/uri.html. With a log and its index, the index is only read: SQLite makes one of its own, in memory,
  // where nobody has the file open. Without a log, nothing but the file is looked at, and no lock is taken.
  url.search = hasLog && hasIndex ? "?mode=ro&readonly_shm=1" : "?immutable=1";
  const database = new DatabaseSync(url, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  return {
    kind: "sqlite",
    rows: async (sql) => database.prepare(sql).all(),
    isBehind: hasLog && !hasIndex,
    close: async () => database.close(),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Names failures of the database for the log: a code from a public list, never a sentence that may hold data (LA-03). */
import { UnsafeStorageError } from "../../domain/ports/storage.ts";
import { LostConnectionError } from "./postgres-dialect.ts";

/** The shape of an SQLSTATE, or of a code of the system or of Node: `57P01`, `ECONNREFUSED`. */
const NAME = /^[A-Z0-9_]{1,32}$/;

/** Names an error in at most 32 characters: `SQLITE_FULL`, `SQLITE_IOERR:778`, `53100`, `ETIMEDOUT`; `UNKNOWN` where it has no code. */
export function failureCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if ("errcode" in error && typeof error.errcode === "number") return sqliteCodeOf(error.errcode);
  if (error.cause instanceof UnsafeStorageError) return "UNSAFE_SETTINGS";
  // The pool has no code for a connection it waited for in vain, nor the driver for one that ended.
  if (error instanceof LostConnectionError) return nameOf(error.cause) ?? "CONNECTION_LOST";
  return nameOf(error) ?? "UNKNOWN";
}

function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string"))
    return undefined;
  return NAME.test(error.code) ? error.code : undefined;
}

/** Names a result code of SQLite by its primary code, followed by the extended code where there is one (sqlite.org/rescode.html). */
function sqliteCodeOf(code: number): string {
  const primary = code & 0xff;
  const name = `SQLITE_${sqliteNames.get(primary) ?? primary}`;
  return code === primary ? name : `${name}:${code}`;
}

const sqliteNames: ReadonlyMap<number, string> = new Map([
  [5, "BUSY"],
  [6, "LOCKED"],
  [8, "READONLY"],
  [10, "IOERR"],
  [11, "CORRUPT"],
  [13, "FULL"],
  [14, "CANTOPEN"],
  [15, "PROTOCOL"],
  [26, "NOTADB"],
]);

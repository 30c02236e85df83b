/** What a failure of the database is called in the log: a name from somebody's list, never a sentence (LA-03). */
import { UnsafeStorageError } from "../../domain/ports/storage.ts";
import { LostConnectionError } from "./postgres-dialect.ts";

/** An SQLSTATE, or a name of the system's or of Node's: `57P01`, `ECONNREFUSED`. */
const NAME = /^[A-Z0-9_]{1,32}$/;

/** At most 32 characters: `SQLITE_FULL`, `SQLITE_IOERR:778`, `53100`, `ETIMEDOUT`; `UNKNOWN` for what has no name. */
export function failureCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if ("errcode" in error && typeof error.errcode === "number") return sqliteCodeOf(error.errcode);
  if (error.cause instanceof UnsafeStorageError) return "UNSAFE_SETTINGS";
  // The pool gives no name to a connection it waited for in vain, nor the driver to one that ended.
  if (error instanceof LostConnectionError) return nameOf(error.cause) ?? "CONNECTION_LOST";
  return nameOf(error) ?? "UNKNOWN";
}

function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string"))
    return undefined;
  return NAME.test(error.code) ? error.code : undefined;
}

/** The primary code's name; with the extended code, where there is one: sqlite.org/rescode.html has it by number. */
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

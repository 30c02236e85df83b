/** What stops a start, or a command, and can be mended by whoever runs it. */
import { ForeignSecretError } from "../domain/keys.ts";
import { StorageUnavailableError, UnsafeStorageError } from "../domain/ports/storage.ts";

/** The start cannot go on, and whoever runs the server can mend it: the message says how, and is all that is shown. */
export class StartRefusedError extends Error {
  override readonly name = "StartRefusedError";
}

/** What to say of it, in a line or two; undefined for what is a bug of ours. */
export function refusalOf(error: unknown): string | undefined {
  if (
    error instanceof StartRefusedError ||
    error instanceof ForeignSecretError ||
    error instanceof UnsafeStorageError
  )
    return error.message;
  if (error instanceof StorageUnavailableError)
    return `${error.message}${reasonOf(error)}\nIs DATABASE_URL right, and does the database run?`;
  return undefined;
}

/** The database's or the system's own words, which name addresses and roles, and no passwords. */
function reasonOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return "";
  const { message } = cause.cause instanceof Error ? cause.cause : cause;
  return message === "" ? "" : `: ${message}`;
}

/** Errors that stop a start or a command, and that the operator can mend. */
import { ForeignSecretError } from "../domain/keys.ts";
import { StorageUnavailableError, UnsafeStorageError } from "../domain/ports/storage.ts";

/** The start cannot go on, and the operator can mend it: the message says how, and nothing else is shown. */
export class StartRefusedError extends Error {
  override readonly name = "StartRefusedError";
}

/** Explains such an error in a line or two; undefined for a bug of ours. */
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

/** Quotes the database or the system, whose messages name addresses and roles, and no passwords. */
function reasonOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return "";
  const { message } = cause.cause instanceof Error ? cause.cause : cause;
  return message === "" ? "" : `: ${message}`;
}

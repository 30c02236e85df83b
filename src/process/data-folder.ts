/** Where this process keeps its files, its secret among them: made at the start, or the start is refused. */
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Settings } from "./settings.ts";
import { loadDevelopmentSecret } from "../platform/auth-secret.ts";
import { StartRefusedError } from "./start-refused.ts";

const FOLDER_MODE = 0o700;

/** Makes the folder, and one for mails in it where `hasOutbox`. Rejects with a `StartRefusedError`. */
export async function makeDataFolder(folder: string, hasOutbox: boolean): Promise<void> {
  try {
    await makeFolder(resolve(folder));
    if (hasOutbox) await makeFolder(join(resolve(folder), "outbox"));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new StartRefusedError(
      `The data folder cannot be made: ${error instanceof Error ? error.message : ""}\n` +
        "DATABASE_URL says where it is: may this user write there?",
    );
  }
}

/** AUTH_SECRET; without it, in development, the one that is kept in the folder. Rejects with a `StartRefusedError`. */
export async function authSecretOf(
  { AUTH_SECRET }: Pick<Settings, "AUTH_SECRET">,
  folder: string,
): Promise<string> {
  if (AUTH_SECRET !== undefined) return AUTH_SECRET;
  try {
    return await loadDevelopmentSecret(resolve(folder));
  } catch (error) {
    throw new StartRefusedError(
      `AUTH_SECRET is not set, and there is none to be had: ${error instanceof Error ? error.message : ""}`,
      { cause: error },
    );
  }
}

/** Not `recursive`: where a file system answers ENOENT for what has a parent, as /proc does, that never ends. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, FOLDER_MODE);
  try {
    await make().catch(async (error: unknown) => {
      if (codeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
      await makeFolder(dirname(path));
      await make();
    });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** The folder where this process keeps files of its own: the secret and the mails of a developer, and whatever lies beside a SQLite database. */
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Storage } from "../domain/ports/storage.ts";
import {
  loadDevelopmentSecret,
  MissingSecretError,
  NoSecretError,
} from "../platform/auth-secret.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";

const FOLDER_MODE = 0o700;

/** Makes a folder, with those above it, for the owner alone. Rejects with a `StartRefusedError`. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeWithParents(resolve(folder));
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new StartRefusedError(
      `The data folder cannot be made: ${error instanceof Error ? error.message : ""}\n` +
        "DATABASE_URL says where it is: may this user write there?",
    );
  }
}

/**
 * AUTH_SECRET; without it, in development, the secret that is kept in the data folder. One is made only for a database
 * with which no other was used: a new one beside an old database would be found, and taken for the lost one. Rejects
 * with a `StartRefusedError`.
 */
export async function authSecretOf(
  settings: Pick<Settings, "AUTH_SECRET" | "dataFolder">,
  storage: Pick<Storage, "users" | "signingKeys">,
): Promise<string> {
  if (settings.AUTH_SECRET !== undefined) return settings.AUTH_SECRET;
  const folder = resolve(settings.dataFolder);
  await makeFolder(folder);
  try {
    return await loadDevelopmentSecret(folder, async () => !(await hasUsedSecret(storage)));
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    const isDamaged = error instanceof NoSecretError;
    if (!isDamaged && !(error instanceof MissingSecretError))
      throw new StartRefusedError(`AUTH_SECRET is not set, and there is none to be had: ${why}`, {
        cause: error,
      });
    const isNeeded = !isDamaged || (await hasUsedSecret(storage));
    throw new StartRefusedError(`${why}: ${isNeeded ? restoreIt : "delete it to have one made"}`, {
      cause: error,
    });
  }
}

/** True for a database that has what only a secret makes: keys, or the hashes of passwords. */
async function hasUsedSecret({
  users,
  signingKeys,
}: Pick<Storage, "users" | "signingKeys">): Promise<boolean> {
  if ((await signingKeys.list()).length > 0) return true;
  return (await users.list({}, 1, undefined)).length > 0;
}

const restoreIt =
  "restore it from your backup. The database needs the very one it was made with; without it, delete both to start anew";

/** Says so of a made secret with which the database was not made. */
export function foreignSecretFile({ dataFolder }: Pick<Settings, "dataFolder">): string {
  return `${join(resolve(dataFolder), "auth-secret")} is not the secret that the database was made with: ${restoreIt}`;
}

/** Not `mkdir` with `recursive`: where a file system answers ENOENT for what has a parent, as /proc does, that never ends. */
async function makeWithParents(path: string): Promise<void> {
  const make = () => mkdir(path, FOLDER_MODE);
  try {
    await make().catch(async (error: unknown) => {
      if (codeOf(error) !== "ENOENT" || dirname(path) === path) throw error;
      await makeWithParents(dirname(path));
      await make();
    });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** Where this process keeps its files: made at the start, or the start is refused. */
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
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
        "Nothing was started. DATABASE_URL says where it is: may this user write there?",
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

/** A file with a secret in it that is made once, whole, and for its owner alone. Safe when two processes make it at once. */
import { randomBytes } from "node:crypto";
import { link, open, readFile, rm } from "node:fs/promises";

/**
 * Writes the text under another name and then links it, so that no reader finds a part of it. Resolves to what the
 * file then holds: the given text, or that of whoever was first. Rejects, with nothing left behind, where it cannot be
 * written.
 */
export async function writeOnce(path: string, text: string): Promise<string> {
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (!isFileError(error, "EEXIST")) throw error; // another process was first, and its text is the one
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  return readFile(path, "utf8");
}

/** The text of the file; undefined where there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isFileError(error, "ENOENT")) return undefined;
    throw error;
  }
}

export function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

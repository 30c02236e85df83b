/** The secret of a development server: made at the first start, kept beside the database. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isFileError, readIfPresent, writeOnce } from "./written-once.ts";

const SECRET_BYTES = 48;
const SECRET_LENGTH = Math.ceil((SECRET_BYTES * 4) / 3);

/** The file is there, and holds no secret: it was cut, emptied or written over. */
export class NoSecretError extends Error {
  override readonly name = "NoSecretError";
}

/** The secret is not there, and whoever asks may not have one made. */
export class MissingSecretError extends Error {
  override readonly name = "MissingSecretError";
}

/**
 * Reads `auth-secret` in the folder, or makes it where it may, readable by its owner only. Safe when two processes
 * start at once. Rejects with a `NoSecretError`, or with a `MissingSecretError` where `mayMake` forbids it.
 */
export async function loadDevelopmentSecret(
  folder: string,
  mayMake: () => Promise<boolean> = async () => true,
): Promise<string> {
  const path = join(folder, "auth-secret");
  // The parent exists. Not `recursive`: beneath /proc, say, that never ends.
  await mkdir(folder, 0o700).catch((error: unknown) => {
    if (!isFileError(error, "EEXIST")) throw error;
  });
  const secret = (await readIfPresent(path))?.trim() ?? (await makeIfAllowed(path, mayMake));
  // Keys derived from an empty secret would be known to everybody.
  if (secret.length < SECRET_LENGTH) throw new NoSecretError(`${path} holds no secret`);
  return secret;
}

/** A secret that another process made while it was asked for is the one. */
async function makeIfAllowed(path: string, mayMake: () => Promise<boolean>): Promise<string> {
  if (await mayMake()) return writeOnce(path, randomBytes(SECRET_BYTES).toString("base64url"));
  const secret = (await readIfPresent(path))?.trim();
  if (secret === undefined) throw new MissingSecretError(`${path} is missing`);
  return secret;
}

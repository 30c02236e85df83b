/** The secret of a development server: made at the first start, kept beside the database. */
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

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
  const secret = (await readIfPresent(path)) ?? (await makeIfAllowed(path, mayMake));
  // Keys derived from an empty secret would be known to everybody.
  if (secret.length < SECRET_LENGTH) throw new NoSecretError(`${path} holds no secret`);
  return secret;
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (isFileError(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** A secret that another process made while it was asked for is the one. */
async function makeIfAllowed(path: string, mayMake: () => Promise<boolean>): Promise<string> {
  if (await mayMake()) return makeSecret(path);
  const secret = await readIfPresent(path);
  if (secret === undefined) throw new MissingSecretError(`${path} is missing`);
  return secret;
}

/** Writes the whole secret under another name and then links it, so that no reader finds a part of it. */
async function makeSecret(path: string): Promise<string> {
  const draft = `${path}.${randomBytes(8).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(randomBytes(SECRET_BYTES).toString("base64url"));
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (!isFileError(error, "EEXIST")) throw error; // another process was first, and its secret is the one
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  return readFile(path, "utf8");
}

function isFileError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

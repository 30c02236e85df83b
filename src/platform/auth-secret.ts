/** The secret of a development server: made at the first start, kept beside the database. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const SECRET_BYTES = 48;

/** Reads `auth-secret` in the folder, or makes it, readable by its owner only. Safe when two processes start at once. */
export async function loadDevelopmentSecret(folder: string): Promise<string> {
  const path = join(folder, "auth-secret");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, randomBytes(SECRET_BYTES).toString("base64url"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return readFile(path, "utf8");
}

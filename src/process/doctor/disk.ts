/** Free room where the SQLite file and its backups lie. */
import { existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { attention, type Finding, ok, wrong } from "./finding.ts";
import { sizeText } from "./database.ts";

/** A full disk ends writes, and SQLite's log alone grows by this in a busy minute. Bytes. */
const FULL_BYTES = 64 * 1_048_576;
/** The days in which somebody notices. Bytes. */
const SHORT_BYTES = 1_024 * 1_048_576;
/** File systems give no more names when they are out of inodes, however much room there is. */
const FULL_FILES = 64;

export interface Room {
  readonly folder: string;
  /** For this user. */
  readonly freeBytes: number;
  /** Files that can still be made; Infinity where the file system does not count them. */
  readonly freeFiles: number;
}

/** `databaseBytes`: a backup beside it, or VACUUM, needs as much again. */
export function judgeRoom({ folder, freeBytes, freeFiles }: Room, databaseBytes: number): Finding {
  const free = `${sizeText(freeBytes)} are free in ${folder}`;
  if (freeFiles < FULL_FILES)
    return wrong(`no more files can be made in ${folder}`, "Delete files: it is out of inodes");
  if (freeBytes < FULL_BYTES) return wrong(`${free}: writes fail soon`, "Make room");
  if (freeBytes < Math.max(SHORT_BYTES, databaseBytes))
    return attention(
      `${free}${freeBytes < databaseBytes ? `, less than the database has` : ""}`,
      "Make room: a backup needs as much as the database",
    );
  return ok(free);
}

/** The room where a SQLite file lies, or will, and how much the file has. */
export async function roomOf(
  file: string,
): Promise<{ readonly room: Room; readonly databaseBytes: number }> {
  const folder = existing(dirname(file));
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const room = { folder, freeBytes: bavail * bsize, freeFiles: files > 0 ? ffree : Infinity };
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  return { room, databaseBytes: size };
}

/** The folder, or the one above it in which it would be made. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

/** PostgreSQL's own disk cannot be seen from here. */
export function remoteRoom(databaseBytes: number): Finding {
  return ok(`${sizeText(databaseBytes)} in use; watch the disk where PostgreSQL runs`);
}

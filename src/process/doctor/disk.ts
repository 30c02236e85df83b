/** Free room where the SQLite file and its backups lie. */
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

/** PostgreSQL's own disk cannot be seen from here. */
export function remoteRoom(databaseBytes: number): Finding {
  return ok(`${sizeText(databaseBytes)} in use; watch the disk where PostgreSQL runs`);
}

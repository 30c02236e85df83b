/** Owner and mode of a file, and who can change it. Where a system has no owners, as Windows, nobody is found. */
import type { Stats } from "node:fs";

export const WRITABLE_BY_GROUP = 0o020;
export const WRITABLE_BY_ALL = 0o002;

export function hasOwners(): boolean {
  return process.geteuid !== undefined;
}

/** Of another user. Root may do anything anyway. */
export function isForeign({ uid }: Pick<Stats, "uid">): boolean {
  return uid !== process.geteuid?.() && uid !== 0;
}

export function modeOf({ mode }: Pick<Stats, "mode">): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

/** Others who can change the file, in words for a sentence; undefined where there are none. */
export function changeableBy(stats: Pick<Stats, "uid" | "mode">): string | undefined {
  if (!hasOwners()) return undefined;
  if (isForeign(stats)) return `another user (uid ${stats.uid})`;
  if ((stats.mode & WRITABLE_BY_ALL) !== 0) return `everybody (mode ${modeOf(stats)})`;
  if ((stats.mode & WRITABLE_BY_GROUP) !== 0) return `its group (mode ${modeOf(stats)})`;
  return undefined;
}

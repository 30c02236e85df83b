/** Backups: the newest file where they lie. Nothing here knows if it can be restored; only a restore does. */
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Settings } from "../settings.ts";
import { about, attention, codeOf, type Finding, ok, wrong } from "./finding.ts";

const DAY_MS = 86_400_000;
/** docs/operating.md makes one a day: the last one may be this old before one was missed. Milliseconds. */
const MISSED_MS = 2 * DAY_MS;
/** More than a week is more than most can bear to lose. Milliseconds. */
const STALE_MS = 8 * DAY_MS;
const BY_OTHERS = 0o077;

export interface Backup {
  readonly path: string;
  readonly madeAt: number;
  readonly bytes: number;
  readonly mode: number;
}

/** Where `backup` is told to write in docs/operating.md. */
export function backupsOf({ dataFolder }: Pick<Settings, "dataFolder">): string {
  return join(resolve(dataFolder), "backups");
}

/** The newest of a folder, or the file itself; undefined where there is none. Rejects where the place cannot be read. */
export async function newestBackup(place: string): Promise<Backup | undefined> {
  const isFolder = (await stat(place)).isDirectory();
  const names = isFolder ? await readdir(place) : [""];
  const found = await Promise.all(
    // A `.part` is one that is being made, or was not finished.
    names.filter((name) => !name.endsWith(".part")).map((name) => fileAt(join(place, name))),
  );
  return found
    .filter((backup) => backup !== undefined)
    .sort((one, other) => other.madeAt - one.madeAt)[0];
}

async function fileAt(path: string): Promise<Backup | undefined> {
  const found = await stat(path).catch(() => undefined); // gone meanwhile
  if (found === undefined || !found.isFile()) return undefined;
  return { path, madeAt: found.mtimeMs, bytes: found.size, mode: found.mode };
}

/** `isGiven`: somebody said where they lie, so that there must be one. */
export function judgeBackup(
  found: { readonly newest: Backup | undefined } | { readonly error: unknown },
  place: string,
  isGiven: boolean,
  isProduction: boolean,
  now: number,
): readonly Finding[] {
  if ("error" in found && isGiven)
    return [wrong(`${place} cannot be read (${codeOf(found.error)})`, "Correct --backups")];
  const newest = "newest" in found ? found.newest : undefined;
  if (newest === undefined) {
    if (isGiven)
      return [wrong(`there is none in ${place}`, "Make one: the command backup, or pg_dump")];
    return isProduction
      ? [
          attention(
            `there is none in ${place}`,
            "Make one each day, or say where they lie: --backups <folder>",
          ),
        ]
      : [ok("none, and none is needed below production")];
  }
  const { path, madeAt, bytes, mode } = newest;
  const age = now - madeAt;
  const days = Math.floor(age / DAY_MS);
  if (bytes === 0)
    return [about(path, wrong(`the newest, ${path}, is empty`, "Look why it failed; make one"))];
  const open =
    process.geteuid !== undefined && (mode & BY_OTHERS) !== 0
      ? [
          about(
            path,
            attention(`${path} is open to others: it has every hash in it`, `chmod 600 ${path}`),
          ),
        ]
      : [];
  if (age > STALE_MS)
    return [
      wrong(`the newest is ${days} days old: ${path}`, "Look why none was made since"),
      ...open,
    ];
  if (age > MISSED_MS)
    return [
      attention(`the newest is ${days} days old: ${path}`, "Look why none was made since"),
      ...open,
    ];
  const hours = Math.max(0, Math.floor(age / 3_600_000));
  return [ok(`the newest is ${hours < 48 ? `${hours} hours` : `${days} days`} old`), ...open];
}

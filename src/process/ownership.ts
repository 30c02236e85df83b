/**
 * Owner and mode of the files that this process finds (CF-11). It makes its own for the owner alone; others may come
 * from a backup, from a hand, or from somebody else. Where a system has no owners, as Windows, nothing is asked.
 */
import { chmodSync, lstatSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { hasOwners, isForeign, modeOf, WRITABLE_BY_ALL, WRITABLE_BY_GROUP } from "./file-owners.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";

const BY_OTHERS = 0o077;
/** In such a folder, as /tmp, nobody replaces what others have made. */
const STICKY = 0o1000;

/**
 * Looks at the data folder, the made secret and the database, where they are. Answers a sentence about each that others
 * can reach; the secret is closed to them. Throws a `StartRefusedError` for a folder in production that all may write.
 */
export function remarksOnFiles({
  database,
  dataFolder,
  NODE_ENV,
  AUTH_SECRET,
}: Pick<Settings, "database" | "dataFolder" | "NODE_ENV" | "AUTH_SECRET">): readonly string[] {
  const folder = resolve(dataFolder);
  const usesFolder = database.kind === "sqlite" || AUTH_SECRET === undefined;
  return [
    ...(usesFolder ? remarksOnFolder(folder, NODE_ENV === "production") : []),
    ...(AUTH_SECRET === undefined ? closeSecret(join(folder, "auth-secret")) : []),
    ...(database.kind === "sqlite" ? remarksOnFile(resolve(database.path)) : []),
  ];
}

/** True for a folder whose files may be run: it and its parent are such that nobody else puts or replaces one. */
export function isOursAlone(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false }); // a link leads wherever its maker wants
  const parent = look(resolve(folder, ".."));
  if (found === undefined || parent === undefined || !found.isDirectory()) return false;
  const isOpen = (found.mode & (WRITABLE_BY_GROUP | WRITABLE_BY_ALL)) !== 0;
  const isParentOpen = (parent.mode & (WRITABLE_BY_GROUP | WRITABLE_BY_ALL)) !== 0;
  if (!hasOwners()) return true;
  return (
    found.uid === process.geteuid?.() &&
    !isOpen &&
    !isForeign(parent) &&
    (!isParentOpen || (parent.mode & STICKY) !== 0)
  );
}

function remarksOnFolder(path: string, isProduction: boolean): readonly string[] {
  const found = look(path);
  if (found === undefined || !hasOwners()) return [];
  const isSticky = (found.mode & STICKY) !== 0;
  const isWritableByAll = !isSticky && (found.mode & WRITABLE_BY_ALL) !== 0;
  const fault = `${path} can be written by others (mode ${modeOf(found)}): chmod go-w ${path}`;
  if (isWritableByAll && isProduction) throw new StartRefusedError(fault);
  const isWritableByGroup = !isSticky && (found.mode & WRITABLE_BY_GROUP) !== 0;
  return [
    ...(isForeign(found) ? [belongsTo(path, found)] : []),
    // Groups of one are usual, and a developer's folder is often open to its group.
    ...(isWritableByAll || (isWritableByGroup && isProduction) ? [fault] : []),
  ];
}

/** Nobody needs to be asked whether others may read it. Where a file system has no modes, it stays as it is. */
function closeSecret(path: string): readonly string[] {
  const found = look(path);
  if (found === undefined || !hasOwners()) return [];
  if (isForeign(found)) return [belongsTo(path, found)];
  if ((found.mode & BY_OTHERS) === 0) return [];
  chmodSync(path, 0o600);
  return (look(path)?.mode ?? 0) & BY_OTHERS
    ? []
    : [
        `${path} was open to others (mode ${modeOf(found)}), and is closed now: who read it, has it`,
      ];
}

function remarksOnFile(path: string): readonly string[] {
  const found = look(path);
  if (found === undefined || !hasOwners()) return [];
  return [
    ...(isForeign(found) ? [belongsTo(path, found)] : []),
    ...((found.mode & BY_OTHERS) === 0
      ? []
      : [`${path} is open to others (mode ${modeOf(found)}): chmod 600 ${path}`]),
  ];
}

/** Undefined also where it cannot be seen: whoever needs it says why. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function belongsTo(path: string, { uid }: Stats): string {
  return `${path} belongs to another user (uid ${uid}), who can change it: chown it`;
}

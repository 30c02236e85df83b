/** Owner and mode of the files that the server keeps, as they are: unlike a start, this closes none. */
import { accessSync, constants, type Stats, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Settings } from "../settings.ts";
import { attention, type Finding, ok, wrong } from "./finding.ts";

const BY_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
const WRITABLE_BY_ALL = 0o002;
/** In such a folder, as /tmp, nobody replaces what others have made. */
const STICKY = 0o1000;

export interface FoundFile {
  readonly path: string;
  readonly kind: "folder" | "database" | "secret";
  readonly uid: number;
  readonly mode: number;
  /** This user may write it. */
  readonly isWritable: boolean;
}

/** The files of these settings that are there. None where a system has no owners, as Windows. */
export function findFiles({
  database,
  dataFolder,
  AUTH_SECRET,
}: Pick<Settings, "database" | "dataFolder" | "AUTH_SECRET">): readonly FoundFile[] {
  if (process.geteuid === undefined) return [];
  const folder = resolve(dataFolder);
  const file = database.kind === "sqlite" ? resolve(database.path) : undefined;
  const candidates: readonly (readonly [FoundFile["kind"], string])[] = [
    ...(file === undefined ? [] : [["folder", dirname(file)] as const]),
    ...(file === undefined
      ? []
      : ["", "-wal", "-shm"].map((end) => ["database", `${file}${end}`] as const)),
    ...(AUTH_SECRET === undefined ? [["secret", join(folder, "auth-secret")] as const] : []),
  ];
  return candidates.flatMap(([kind, path]) => {
    const found = look(path);
    return found === undefined
      ? []
      : [{ path, kind, uid: found.uid, mode: found.mode, isWritable: mayWrite(path) }];
  });
}

/** `uid` is that of the user who looks. Root looks for the one who runs the server: the owner of the folder. */
export function judgeFiles(files: readonly FoundFile[], uid: number): readonly Finding[] {
  const folder = files.find(({ kind }) => kind === "folder");
  const owner = uid === 0 && folder !== undefined ? folder.uid : uid;
  const found = files.flatMap((file) => faultOf(file, owner));
  if (found.length > 0) return found;
  return [
    ok(
      files.length === 0
        ? "none of its own"
        : `${files.length} looked at: its own, and closed to others`,
    ),
  ];
}

function faultOf({ path, kind, uid, mode, isWritable }: FoundFile, owner: number): Finding[] {
  const shown = (mode & 0o7777).toString(8).padStart(4, "0");
  if (uid !== owner && uid !== 0)
    return [wrong(`${path} belongs to another user (uid ${uid})`, `chown it to uid ${owner}`)];
  if (uid !== owner)
    return [
      wrong(`${path} belongs to root: the server cannot write it`, `chown it to uid ${owner}`),
    ];
  if (!isWritable)
    return [wrong(`${path} cannot be written`, "Look at its mode, and at the mount")];
  if (kind !== "folder")
    return (mode & BY_OTHERS) === 0
      ? []
      : [
          (kind === "secret" ? wrong : attention)(
            `${path} is open to others (mode ${shown})`,
            `chmod 600 ${path}`,
          ),
        ];
  const isOpen = (mode & STICKY) === 0 && (mode & WRITABLE_BY_OTHERS) !== 0;
  const byAll = (mode & WRITABLE_BY_ALL) !== 0;
  return isOpen
    ? [
        (byAll ? wrong : attention)(
          `${path} can be written by others (mode ${shown})`,
          `chmod go-w ${path}`,
        ),
      ]
    : [];
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // it is not there, or cannot be seen: `database` says why
  }
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

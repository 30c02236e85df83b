/**
 * The password that was made up for the first administrator, as a file of the data folder: for a start that nobody
 * watches, whose words end in a journal. It is there before the account is, so that no account has a password that
 * nobody can know; and it goes at the account's first login, whichever process that meets.
 */
import { lstatSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { newSecret } from "../domain/secrets.ts";
import { readIfPresent, writeOnce } from "../platform/written-once.ts";
import { makeFolder } from "./data-folder.ts";
import { hasOwners, isForeign } from "./file-owners.ts";
import type { Settings } from "./settings.ts";
import { StartRefusedError } from "./start-refused.ts";

/**
 * How often the database is asked whether somebody has signed in, while there is such a file. To be told of each event would
 * be sooner, and every request's line would pay for it, for ever. Milliseconds.
 */
const ASKING_INTERVAL_MS = 2_000;
const BY_OTHERS = 0o077;
/** An address, and what `newSecret` makes, each on its line. */
const CONTENT = /^(\S+)\n([A-Za-z0-9_-]{43})\n$/;

interface Offered {
  readonly email: string;
  readonly password: string;
}

/** Absolute, as a person is told it. */
export function passwordFileOf({ dataFolder }: Pick<Settings, "dataFolder">): string {
  return join(resolve(dataFolder), "first-admin");
}

/**
 * Makes up a password and keeps it in the file; where there is such a file, that of a start that was cut or of a
 * process that starts too, answers its password. Rejects with a `StartRefusedError` where that cannot be
 * trusted, or where nothing can be kept: then no account may be made.
 */
export async function keepPassword(settings: Settings, email: string): Promise<string> {
  const path = passwordFileOf(settings);
  await makeFolder(settings.dataFolder);
  const text = await writeOnce(path, `${email}\n${newSecret()}\n`).catch((error: unknown) => {
    throw new StartRefusedError(
      `The first administrator's password cannot be kept in ${path}, so there is none yet: ${error instanceof Error ? error.message : ""}`,
      { cause: error },
    );
  });
  const kept = isOursAlone(path) ? parse(text) : undefined;
  if (kept?.email !== email)
    throw new StartRefusedError(
      `${path} is there already, and this server did not write it for ${email}, or others can reach it: delete it`,
    );
  return kept.password;
}

export async function dropPassword(settings: Settings): Promise<void> {
  await rm(passwordFileOf(settings), { force: true });
}

/** A file that is watched until its password has been used. */
export interface PasswordFile {
  readonly path: string;
  readonly email: string;
  stop(): void;
}

type Uses = Pick<Dependencies, "storage" | "passwords">;

/**
 * Finds the file, and watches it while its password is the account's and nobody has signed in with it; deletes one of
 * no use. Undefined where there is nothing to watch.
 */
export async function watchPasswordFile(
  deps: Uses,
  settings: Settings,
): Promise<PasswordFile | undefined> {
  const path = passwordFileOf(settings);
  const offered = parse((await readIfPresent(path).catch(() => undefined)) ?? "");
  if (offered === undefined) return undefined;
  if (!(await isGood(deps, offered))) {
    await rm(path, { force: true }).catch(() => undefined);
    return undefined;
  }
  const timer = setInterval(() => void look(), ASKING_INTERVAL_MS).unref();
  const { email } = offered;
  async function look(): Promise<void> {
    try {
      if (!(await hasSignedIn(deps, email))) return;
      await rm(path, { force: true });
      clearInterval(timer);
    } catch {
      // The database or the disk is away: the next look does it, and so does the next start.
    }
  }
  return {
    path,
    email,
    stop: () => clearInterval(timer),
  };
}

/** Still the account's password, and not used. Where it cannot be told now, it is left. */
async function isGood(deps: Uses, { email, password }: Offered): Promise<boolean> {
  if (await hasSignedIn(deps, email)) return false;
  const found = await deps.storage.users.findByEmail(email);
  const verdict = await deps.passwords.verify(password, found?.passwordHash ?? undefined);
  return verdict === "overloaded" || verdict.matches;
}

/** By whichever process. An account that is gone needs no password either. */
async function hasSignedIn({ storage }: Uses, email: string): Promise<boolean> {
  const found = await storage.users.findByEmail(email);
  const details = found && (await storage.users.findDetails(found.user.id));
  return details?.lastLoginAt !== null;
}

/** Nobody but this user and root has written it, or can read it. */
function isOursAlone(path: string): boolean {
  const found = lstatSync(path); // a link leads wherever its maker wants
  if (!found.isFile()) return false;
  return !hasOwners() || (!isForeign(found) && (found.mode & BY_OTHERS) === 0);
}

function parse(text: string): Offered | undefined {
  const [, email, password] = CONTENT.exec(text) ?? [];
  return email === undefined || password === undefined ? undefined : { email, password };
}

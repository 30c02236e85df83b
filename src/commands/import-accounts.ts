/** `npm run users -- import <file>`: accounts from elsewhere, with their hashes and those at providers who sign in to them. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { hasArgon2 } from "../domain/argon2.ts";
import type { ForeignContext } from "../domain/foreign-hashes.ts";
import {
  type AccountToImport,
  importAccounts,
  type ImportOutcome,
  rehearseImport,
} from "../domain/imports.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { sealSignerKey } from "../domain/signer-keys.ts";
import type { System } from "../process/system.ts";
import { CommandError } from "./command.ts";
import { createCostJudge } from "./import-costs.ts";
import { LINE_MAX_BYTES, readLine } from "./import-line.ts";
import { linesOf } from "./lines.ts";
import { nameOf } from "./one-account.ts";
import { createProgress, type Progress } from "./progress.ts";
import { printable } from "./table.ts";
import { withSystem } from "./with-system.ts";

/** Accounts per transaction: few enough that a server beside it waits for milliseconds. */
const BATCH = 200;

/** Imports a file, or says what that would do. Sets the exit code to 1 where something is left out. */
export async function importAll(
  file: string,
  isRehearsal: boolean,
  isUnprovedTaken: boolean,
): Promise<void> {
  const size = await sizeOf(file);
  const counts = await withSystem((system, occasion) =>
    importFile(system, occasion, file, createProgress(size), isRehearsal, isUnprovedTaken),
  );
  report(counts, isRehearsal);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new CommandError(`${printable(file)} is not a file`);
  return found.size;
}

interface Counts {
  imported: number;
  existing: number;
  /** Addresses that somebody has signed up with here. */
  taken: number;
  refused: number;
  /** Imported accounts whose hashes take longer to compare than the server's own. */
  costly: number;
}

interface Candidate {
  readonly line: number;
  readonly account: AccountToImport;
}

/** Imports one batch at a time, so that a file of any size needs the same memory. */
async function importFile(
  system: System,
  occasion: Occasion,
  file: string,
  progress: Progress,
  isRehearsal: boolean,
  isUnprovedTaken: boolean,
): Promise<Counts> {
  const { deps, providers, written } = system;
  const costsMore = createCostJudge(system);
  const counts: Counts = { imported: 0, existing: 0, taken: 0, refused: 0, costly: 0 };
  const put = isRehearsal ? rehearseImport : importAccounts;
  let batch: Candidate[] = [];
  let foreign: ForeignContext = { hasArgon2: hasArgon2(), project: undefined };

  for await (const line of linesOf(createReadStream(file), LINE_MAX_BYTES)) {
    const read = readLine(line, { providers, foreign, sealKey });
    if (read === undefined) continue;
    if (typeof read === "string") refuse(line.number, read);
    else if ("project" in read) foreign = { ...foreign, ...read };
    // AZ-08: a hash from elsewhere proves nothing about who has the address here.
    else if (read.role === "admin" && !read.emailVerified && !isUnprovedTaken)
      refuse(
        line.number,
        "role: Nobody has proved whose address it is: set emailVerified where the other system has, or add --unproved to take it",
      );
    else batch.push({ line: line.number, account: read });
    if (batch.length === BATCH) await flush();
    progress.at(line.endsAt);
  }
  await flush();
  progress.end();
  return counts;

  function sealKey(signerKey: Uint8Array): Uint8Array {
    return sealSignerKey(deps.secretKeys, signerKey);
  }

  async function flush(): Promise<void> {
    const accounts = batch.map(({ account }) => account);
    const outcomes = await put(deps, occasion, accounts);
    for (const [index, { line, account }] of batch.entries())
      await tell(line, account, outcomes[index] ?? "made_before");
    batch = [];
    await written();
  }

  async function tell(
    line: number,
    { passwordHash }: AccountToImport,
    outcome: ImportOutcome,
  ): Promise<void> {
    if (outcome === "impossible_date") {
      refuse(line, "createdAt: Must be from 1970 until now");
    } else if (outcome === "made_before") {
      counts.existing += 1;
      progress.say(`line ${line}: the address has an account, which stays as it is`);
    } else if (outcome !== "imported" && "personOf" in outcome) {
      refuse(
        line,
        `identities: Somebody with this issuer and subject signs in to ${nameOf(outcome.personOf)}`,
      );
    } else if (outcome !== "imported") {
      counts.taken += 1;
      progress.say(
        `line ${line}: somebody has signed up with the address, and the account stays as it is: ${nameOf(outcome.takenBy)}`,
      );
    } else {
      counts.imported += 1;
      if (passwordHash !== undefined && (await costsMore(passwordHash))) counts.costly += 1;
    }
  }

  function refuse(line: number, reason: string): void {
    counts.refused += 1;
    progress.say(`line ${line}: refused: ${reason}`);
  }
}

function report(counts: Counts, isRehearsal: boolean): void {
  const { imported, existing, taken, refused, costly } = counts;
  const done = isRehearsal ? "would be imported" : "imported";
  console.error(`${imported} ${done}, ${existing} had an account, ${refused} refused`);
  if (taken > 0)
    console.error(
      `${taken} left out: the address is that of somebody who signed up here, and may be somebody else's; look at each account before you trust it`,
    );
  if (costly > 0)
    console.error(
      `${costly} of them cost more than this server's own hashes: until their owners log in, the time of a refused login tells that the account exists`,
    );
  if (refused > 0 || taken > 0) process.exitCode = 1;
}

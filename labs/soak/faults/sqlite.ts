/** Faults under SQLite: the disk fails, fills up or loses its power, and others hold the file. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openSoakDatabase } from "../database.ts";
import { openMailbox } from "../mailbox.ts";
import { createRandom } from "../random.ts";
import { CHEAP_HASHES, findFreePort, startSoakServer } from "../server.ts";
import { moveIn } from "../work.ts";
import { type FaultOptions, judgeControl, openTrial, type Outcome, settingsFor } from "./mode.ts";
import { buildPreload, type FaultyDisk, openFaultyDisk } from "./preload.ts";
import {
  alternating,
  failAndLosePower,
  fillUp,
  lockOut,
  losePower,
  type Stage,
  survive,
} from "./sqlite-harms.ts";

interface SqliteMode {
  readonly says: string;
  readonly needsDisk: boolean;
  /** Makes the faults and answers how many there were, besides those that the disk counts. */
  run(stage: Stage): Promise<number>;
}

const FULL = "sqlite-full";
const modes: Readonly<Record<string, SqliteMode>> = {
  "sqlite-write": {
    says: "EIO, ENOSPC and half writes",
    needsDisk: true,
    async run(stage) {
      await survive(stage, { writeEio: 60, writeEnospc: 60, writeShort: 60, truncateEio: 300 });
      return 0;
    },
  },
  "sqlite-sync": {
    says: "EIO at fsync, which leaves the pages unwritten; then kills and power cuts",
    needsDisk: true,
    async run(stage) {
      await survive(stage, { syncEio: 250 });
      return failAndLosePower(stage, alternating(Math.ceil(stage.seconds / 3)));
    },
  },
  "sqlite-power": {
    says: "power cuts: only what fsync returned for is left",
    needsDisk: true,
    run: (stage) => losePower(stage, alternating(Math.max(2, stage.seconds))),
  },
  [FULL]: { says: "a small file system that is full", needsDisk: false, run: fillUp },
  "sqlite-locks": { says: "another process locks the file", needsDisk: false, run: lockOut },
};
const CONTROL = "sqlite-control";
export const sqliteModes = [...Object.keys(modes), CONTROL];

/** Runs the mode. Its outcome is without a ledger where this machine cannot make its faults. */
export async function runSqlite(name: string, options: FaultOptions): Promise<Outcome> {
  if (name === CONTROL) return judgeControl(await control(options));
  const mode = modes[name];
  if (mode === undefined) throw new Error(`There is no mode ${name}`);
  return withStage(name, options, mode, async (stage) => {
    const made = await mode.run(stage);
    const code = await stage.server.end("SIGTERM");
    if (code !== 0) stage.ledger.losses.push(`SIGTERM ended the server with ${code}`);
    return made;
  });
}

/**
 * Lets fsync answer success and do nothing, and cuts the power: everything since is lost, and the same checks
 * must say so. Otherwise they would not have seen a loss in the other modes either.
 */
function control(options: FaultOptions): Promise<Outcome> {
  const mode = { says: "control: fsync does nothing, so losses must be found", needsDisk: true };
  return withStage(CONTROL, options, mode, async (stage) => {
    stage.disk?.set({ swallowSyncs: 1 });
    return losePower(stage, ["lost"]);
  });
}

async function withStage(
  name: string,
  options: FaultOptions,
  { says, needsDisk }: Pick<SqliteMode, "says" | "needsDisk">,
  use: (stage: Stage) => Promise<number>,
): Promise<Outcome> {
  const folder = join(options.folder, name);
  const data = join(folder, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const isMounted = name === FULL && mountSmall(data);
  let disk: FaultyDisk | undefined;
  let stage: Stage | undefined;
  try {
    if (needsDisk || (name === FULL && !isMounted)) {
      const library = buildPreload(options.folder);
      if ("not" in library) return { mode: name, says: library.not, ledger: undefined, faults: 0 };
      disk = openFaultyDisk(library.path, join(data, "portcullis.db"), folder);
    }
    stage = await openStage(name, options, folder, disk);
    const made = await use(stage);
    return { mode: name, says, ledger: stage.ledger, faults: made + (disk?.injected() ?? 0) };
  } finally {
    await stage?.server.end("SIGKILL");
    disk?.close();
    if (isMounted) spawnSync("umount", [data]);
  }
}

async function openStage(
  name: string,
  options: FaultOptions,
  folder: string,
  disk: FaultyDisk | undefined,
): Promise<Stage> {
  const database = await openSoakDatabase("sqlite", folder);
  const port = await findFreePort();
  const start = () =>
    startSoakServer({
      folder,
      port,
      program: CHEAP_HASHES,
      environment: { DATABASE_URL: database.url, ...settingsFor(options), ...disk?.environment },
    });
  const server = await start();
  const mailbox = openMailbox(join(folder, "data", "outbox"));
  const trial = openTrial(name, `http://localhost:${port}`, mailbox, options);
  const { seconds, seed } = options;
  await moveIn(trial.soak, trial.people);
  const path = join(folder, "data", "portcullis.db");
  return { ...trial, path, database, disk, random: createRandom(seed), seconds, server, start };
}

const SMALL_DISK_MB = 16;

/** Mounts a small file system, where this user may. */
function mountSmall(folder: string): boolean {
  const options = `size=${SMALL_DISK_MB}m,mode=0700`;
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0;
}

/** Harm to SQLite's file and the disk under it, while clients are at work, and the proof that nothing is lost. */
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { SoakDatabase } from "../database.ts";
import type { Random } from "../random.ts";
import type { SoakServer } from "../server.ts";
import { startWork } from "../work.ts";
import { holdsWithin, proveTrial, type Trial } from "./mode.ts";
import { cutPower, type Tear } from "./power.ts";
import type { DiskFaults, FaultyDisk } from "./preload.ts";

/** One server on one database, on a disk that may fail. */
export interface Stage extends Trial {
  readonly path: string;
  readonly database: SoakDatabase;
  /** Undefined where its library cannot be built. */
  readonly disk: FaultyDisk | undefined;
  readonly random: Random;
  readonly seconds: number;
  server: SoakServer;
  start(): Promise<SoakServer>;
}

/** Time for which the disk works again before the kill. Milliseconds. */
const CALM_MS = 500;

/** Lets the disk fail under load, work again, and then kills the server: no fault may have left anything behind. */
export async function survive(stage: Stage, faults: DiskFaults): Promise<void> {
  await underLoad(stage, async () => {
    await sleep(CALM_MS);
    stage.disk?.set(faults);
    await sleep(stage.seconds * 1000);
    stage.disk?.set({});
  });
}

/** Lets people work while `harm` is done to the server. Then all is proven twice: on this process, and after a kill. */
async function underLoad(stage: Stage, harm: () => Promise<void>): Promise<void> {
  const { ledger, soak, people } = stage;
  const unansweredBefore = ledger.unanswered;
  const work = startWork(soak, people, () => sleep(PAUSE_MS));
  await harm();
  await recover(stage);
  await sleep(CALM_MS);
  const wasAnswered = ledger.unanswered === unansweredBefore;
  if (!wasAnswered && stage.server.outcome() === undefined)
    ledger.losses.push("a server that did not end left a request without an answer");
  work.end();
  await work.ended;
  await proveTrial(stage, stage.database);
  await stage.server.end("SIGKILL");
  stage.server = await stage.start();
  await proveTrial(stage, stage.database);
}

/** Time that a client waits after a failure before it asks again. Milliseconds. */
const PAUSE_MS = 20;
/** Time from the end of a fault until the server must be ready again. Milliseconds. */
const HEALED_WITHIN_MS = 10_000;

/** Waits until the server has healed. One that ended must have done so by itself, with an exit code; it is started again. */
async function recover(stage: Stage): Promise<void> {
  const { ledger, server } = stage;
  const hasEnded = () => server.outcome() !== undefined;
  const isWell = await holdsWithin(
    HEALED_WITHIN_MS,
    async () => hasEnded() || (await server.isReady()),
  );
  if (!isWell) ledger.losses.push(`not ready ${HEALED_WITHIN_MS} ms after the fault`);
  if (!hasEnded()) return;
  const outcome = server.outcome();
  if (typeof outcome !== "number") ledger.losses.push(`a fault ended the server by ${outcome}`);
  stage.server = await stage.start();
}

/** Times of a power cut after the begin of the load. Milliseconds. */
const CUT_AFTER_MS = { least: 300, most: 1_000 };

export function alternating(cuts: number): Tear[] {
  return Array.from({ length: cuts }, (_, index) => (index % 2 === 0 ? "lost" : "torn"));
}

/** Cuts the power under load, again and again, and proves everything after each cut. Answers how often. */
export async function losePower(stage: Stage, tears: readonly Tear[]): Promise<number> {
  for (const tear of tears) await cutUnderLoad(stage, tear);
  return tears.length;
}

/** Lets people work while `harm` is done, and cuts the power before they have stopped. */
async function cutUnderLoad(
  stage: Stage,
  tear: Tear,
  harm: (disk: FaultyDisk) => Promise<void> = async () => undefined,
): Promise<void> {
  const { disk, path, random, soak, people } = stage;
  if (disk === undefined) throw new Error("A power cut needs the copies of a disk");
  const work = startWork(soak, people, () => sleep(PAUSE_MS));
  await harm(disk);
  await sleep(random.between(CUT_AFTER_MS.least, CUT_AFTER_MS.most));
  work.end();
  await stage.server.end("SIGKILL");
  await work.ended;
  cutPower(path, disk.durable, tear, random);
  stage.server = await stage.start();
  await proveTrial(stage, stage.database);
}

const FAILING_FOR_MS = 400;

/**
 * Lets fsync fail, and cuts the power later: once from a process that went on, and once from the next one after a
 * kill. To that, what was written and not synced looks as if it were in the log. What comes behind it would
 * be lost with it.
 */
export async function failAndLosePower(stage: Stage, tears: readonly Tear[]): Promise<number> {
  for (const tear of tears) {
    await cutUnderLoad(stage, tear, async (disk) => {
      disk.set({ syncEio: 300 });
      await sleep(FAILING_FOR_MS);
      disk.set({});
    });
    await killWhileFailing(stage);
    await cutUnderLoad(stage, tear);
  }
  return 2 * tears.length;
}

async function killWhileFailing(stage: Stage): Promise<void> {
  const { disk, soak, people } = stage;
  // A refused operation is looked at after the kill: it may have happened after all.
  const { promise: killed, resolve: tellKilled } = Promise.withResolvers<void>();
  const work = startWork(soak, people, () => killed);
  disk?.set({ syncEio: 1_000 });
  await sleep(FAILING_FOR_MS);
  work.end();
  await stage.server.end("SIGKILL");
  tellKilled();
  await work.ended;
  disk?.set({});
  stage.server = await stage.start();
}

const FULL_FOR_MS = 1_000;

/** Fills the file system up under load, and makes room again; without one of its own, no file may grow meanwhile. */
export async function fillUp(stage: Stage): Promise<number> {
  const ballast = join(stage.path, "..", "ballast");
  let times = 0;
  await underLoad(stage, async () => {
    const endsAt = performance.now() + stage.seconds * 1000;
    do {
      await sleep(CALM_MS);
      if (stage.disk) stage.disk.set({ full: 1 });
      else fillWith(ballast);
      times += 1;
      await sleep(FULL_FOR_MS);
      stage.disk?.set({});
      rmSync(ballast, { force: true });
    } while (performance.now() < endsAt);
  });
  return times;
}

function fillWith(ballast: string): void {
  const { bavail, bsize } = statfsSync(join(ballast, ".."));
  try {
    writeFileSync(ballast, Buffer.alloc(bavail * bsize));
  } catch {
    // The server took the last of it meanwhile: full is full.
  }
}

/** How long others hold the file: some shorter than the server waits for it (ST-07), some longer. Milliseconds. */
const LOCKED_FOR_MS = [300, 2_800, 1_200];
const LOCK_TIMEOUT_MS = 50;

export async function lockOut(stage: Stage): Promise<number> {
  let times = 0;
  await underLoad(stage, async () => {
    const other = new DatabaseSync(stage.path, { timeout: LOCK_TIMEOUT_MS });
    const endsAt = performance.now() + stage.seconds * 1000;
    try {
      do {
        for (;;) {
          try {
            other.exec("begin exclusive");
            break;
          } catch {
            await sleep(PAUSE_MS); // the server holds it
          }
        }
        await sleep(LOCKED_FOR_MS[times % LOCKED_FOR_MS.length]);
        other.exec("rollback");
        times += 1;
        await sleep(CALM_MS);
      } while (performance.now() < endsAt || times < 2);
    } finally {
      other.close();
    }
  });
  return times;
}

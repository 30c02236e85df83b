/** Cuts the power: puts a database's files into a state that a disk may be in after it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../random.ts";

/** The unit in which a disk writes wholly or not at all. Bytes. */
const SECTOR = 512;
const suffixes = ["", "-wal"] as const;

/** Fate of the writes since the last sync: all are lost, or each sector is or is not. */
export type Tear = "lost" | "torn";

/**
 * Takes back what was not synced. Its server must have been killed, and nobody may open the database meanwhile.
 * The shared memory goes, as it does with the machine.
 */
export function cutPower(path: string, durable: string, tear: Tear, random: Random): void {
  for (const suffix of suffixes) {
    const file = path + suffix;
    const copy = join(durable, `copy${suffix}`);
    const written = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    const synced = readFileSync(copy);
    const left = tear === "lost" ? synced : tearApart(written, synced, random);
    writeFileSync(file, left, { mode: 0o600 });
    writeFileSync(copy, left);
    rmSync(join(durable, `unsynced${suffix}`), { force: true });
  }
  rmSync(`${path}-shm`, { force: true });
}

/** Takes each sector, and the length, from one or the other. A sector that never reached the disk is zeros. */
function tearApart(written: Buffer, synced: Buffer, random: Random): Buffer {
  const length = random.next() < 0.5 ? written.length : synced.length;
  const left = Buffer.alloc(length);
  for (let at = 0; at < length; at += SECTOR)
    sectorOf(random.next() < 0.5 ? written : synced, at).copy(left, at);
  return left;
}

function sectorOf(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at, at + SECTOR);
}

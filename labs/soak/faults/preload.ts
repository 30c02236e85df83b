/** Builds the library that makes a disk fail (preload.c), and tells it what to do while a server runs under it. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("preload.c", import.meta.url));

/** Numbers that can be set, in the order of `struct control` in preload.c. The library's own counters are behind them. */
const settable = [
  "writeEio",
  "writeEnospc",
  "writeShort",
  "syncEio",
  "truncateEio",
  "swallowSyncs",
  "full",
] as const;
const counters = ["injected", "syncs"] as const;
const PLACES = settable.length + counters.length;

/** Chances of a fault, in thousandths; of `swallowSyncs` and `full` 1 is yes. */
export type DiskFaults = Partial<Record<(typeof settable)[number], number>>;

/** Builds the library in the folder and answers its path, or a sentence that says why it cannot. */
export function buildPreload(folder: string): { readonly path: string } | { readonly not: string } {
  if (process.platform !== "linux") return { not: "only Linux has LD_PRELOAD" };
  const path = join(folder, "faults.so");
  const said: string[] = [];
  for (const compiler of ["cc", "gcc"]) {
    const build = spawnSync(
      compiler,
      ["-O2", "-shared", "-fPIC", "-o", path, SOURCE, "-ldl", "-lpthread"],
      { encoding: "utf8" },
    );
    if (build.status === 0) return { path };
    if (build.error === undefined) said.push(build.stderr);
  }
  // A compiler that is there and fails is a mistake in the source, or a half-installed one: not to be passed over.
  if (said.length > 0) throw new Error(`preload.c does not compile:\n${said.join("\n")}`);
  return { not: "there is no C compiler (Debian: apt-get install gcc libc6-dev)" };
}

/** The disk of one database, which fails as it is told. */
export interface FaultyDisk {
  /** Variables that the server needs in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Copies of the database and its log, as of the last sync that succeeded. */
  readonly durable: string;
  /** Lets these faults happen from now on, and no others. */
  set(faults: DiskFaults): void;
  /** Faults that have happened so far. */
  injected(): number;
  /** Syncs that have succeeded so far. */
  syncs(): number;
  close(): void;
}

/** Makes the disk for the database at `path`. `folder` takes its files. */
export function openFaultyDisk(library: string, path: string, folder: string): FaultyDisk {
  const durable = join(folder, "durable");
  mkdirSync(durable);
  const controlPath = join(folder, "control");
  const control = openSync(controlPath, "w+");
  writeSync(control, new Uint32Array(PLACES));
  const read = (counter: (typeof counters)[number]) => {
    const numbers = new Uint32Array(PLACES);
    readSync(control, numbers, { position: 0 });
    return numbers[settable.length + counters.indexOf(counter)] ?? 0;
  };
  return {
    environment: {
      LD_PRELOAD: library,
      FAULTS_DATABASE: path,
      FAULTS_CONTROL: controlPath,
      FAULTS_DURABLE: durable,
    },
    durable,
    set(faults) {
      const numbers = Uint32Array.from(settable, (name) => faults[name] ?? 0);
      writeSync(control, numbers, 0, numbers.byteLength, 0);
    },
    injected: () => read("injected"),
    syncs: () => read("syncs"),
    close: () => closeSync(control),
  };
}

/** Reads the command line of `npm run bench`. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Before the first load of a new process, until Node has compiled the code that runs often. */
  readonly firstWarmUpSeconds: number;
  readonly stormSeconds: number;
  readonly startsPerRound: number;
  readonly connections: number;
  /** Names of contenders; empty: all. */
  readonly only: readonly string[];
  /** Without it, what runs on PostgreSQL is left out. */
  readonly usesPostgres: boolean;
  /** A server whose role may create databases. Undefined: one of the development dependencies is started. */
  readonly postgresUrl: string | undefined;
  readonly writesFiles: boolean;
  /** True if a collapse fails the run. A goal that is only missed never does. */
  readonly guards: boolean;
  readonly isQuick: boolean;
  /** Folder for CPU profiles of Portcullis, which are taken instead of measurements. */
  readonly profileFolder: string | undefined;
}

export const usage = `npm run bench -- [options]

  --rounds N      how often each contender is measured (5)
  --seconds S     how long each measurement takes (3)
  --only a,b      these contenders alone, and bare node:http
  --quick         one short round of those the goals name, in about two minutes; writes no files
  --write         writes docs/benchmarks.md and .svg, even after a quick run
  --no-write      writes no files
  --no-postgres   leaves out what runs on PostgreSQL: the server that BENCH_POSTGRES_URL names,
                  or else one of the development dependencies
  --guard         fails where a goal is missed by more than half, twice in a row
  --profile DIR   a CPU profile of Portcullis under each kind of load, and where its time goes`;

/** Undefined after `--help`. Throws, with a sentence for the user, if an option is wrong. */
export function readOptions(given: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...given],
    allowNegative: true,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      write: { type: "boolean" },
      postgres: { type: "boolean", default: true },
      guard: { type: "boolean", default: false },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(",") ?? [];
  return {
    rounds: positive("rounds", values.rounds) ?? (values.quick ? 1 : 5),
    seconds: positive("seconds", values.seconds) ?? (values.quick ? 1 : 3),
    warmUpSeconds: 1,
    firstWarmUpSeconds: values.quick ? 2 : 4,
    stormSeconds: values.quick ? 4 : 6,
    startsPerRound: values.quick ? 1 : 3,
    connections: 32,
    only,
    usesPostgres: values.postgres,
    postgresUrl: process.env["BENCH_POSTGRES_URL"],
    writesFiles: values.write ?? (!values.quick && only.length === 0),
    guards: values.guard,
    isQuick: values.quick,
    profileFolder: values.profile && resolve(invokedIn(), values.profile),
  };
}

/** Folder in which npm was called. npm runs the script of a workspace in the workspace's folder. */
function invokedIn(): string {
  return process.env["INIT_CWD"] ?? process.cwd();
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value >= 1 && value <= 1000)) throw new Error(`--${name} takes a number from 1 to 1000`);
  return value;
}

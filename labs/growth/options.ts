/** Reads the command line of `npm run bench:growth`. */
import { parseArgs } from "node:util";

export interface Options {
  /** Numbers of accounts, ascending. The others are compared with the first. */
  readonly sizes: readonly number[];
  readonly engines: readonly EngineName[];
  /** Timed calls of each statement on each size. */
  readonly samples: number;
  readonly writesFiles: boolean;
}

export type EngineName = "sqlite" | "postgres";
const engineNames: readonly EngineName[] = ["sqlite", "postgres"];

export const usage = `npm run bench:growth -- [options]

  --sizes A,B,…   numbers of accounts, from 1,000 to 10,000,000 (10000,100000,1000000)
  --only NAME     sqlite or postgres alone
  --samples N     how often each statement is timed on each size (400)
  --quick         1,000 and 10,000 accounts, 120 samples; writes no files
  --write         writes docs/growth.md and .svg, whatever was measured
  --no-write      writes no files

PostgreSQL comes from the development dependencies, or is the server of BENCH_POSTGRES_URL,
whose role may create databases.`;

/** A smaller database lacks rows that the statements look for; a larger one would fill the disk. */
const SIZE_MIN = 1_000;
const SIZE_MAX = 10_000_000;

/** Undefined after `--help`. Throws, with a sentence for the user, if an option is wrong. */
export function readOptions(given: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...given],
    allowNegative: true,
    options: {
      sizes: { type: "string" },
      only: { type: "string" },
      samples: { type: "string" },
      quick: { type: "boolean", default: false },
      write: { type: "boolean" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const engines = engineNames.filter((name) => values.only === undefined || values.only === name);
  if (engines.length === 0) throw new Error("--only takes sqlite or postgres");
  return {
    sizes: values.sizes === undefined ? defaultSizes(values.quick) : readSizes(values.sizes),
    engines,
    samples: readSamples(values.samples) ?? (values.quick ? 120 : 400),
    writesFiles: values.write ?? (!values.quick && engines.length === engineNames.length),
  };
}

function defaultSizes(isQuick: boolean): number[] {
  return isQuick ? [1_000, 10_000] : [10_000, 100_000, 1_000_000];
}

function readSizes(text: string): number[] {
  const sizes = [...new Set(text.split(",").map(Number))].toSorted((a, b) => a - b);
  const isGood = (size: number) => size >= SIZE_MIN && size <= SIZE_MAX && size % SIZE_MIN === 0;
  if (sizes.length < 2 || !sizes.every(isGood))
    throw new Error("--sizes takes two or more whole thousands from 1000 to 10000000");
  return sizes;
}

function readSamples(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const samples = Number(text);
  if (!(Number.isInteger(samples) && samples >= 20 && samples <= 100_000))
    throw new Error("--samples takes a number from 20 to 100000");
  return samples;
}

/**
 * `npm run soak:faults`: breaks the disk, the network and the database server under a load of clients, and
 * checks that every acknowledged operation is still in effect. Exits with 1 if anything was lost, or if a
 * control, which loses on purpose, was not noticed.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { printTable } from "./report/tables.ts";
import type { FaultOptions, Outcome } from "./soak/faults/mode.ts";
import { postgresModes, runPostgres } from "./soak/faults/postgres.ts";
import { runSqlite, sqliteModes } from "./soak/faults/sqlite.ts";

const usage = `npm run soak:faults -- [--mode ${sqliteModes[0]},postgres] [--seconds 10] [--clients 6]
                     [--seed <number>] [--quick]

Clients sign up, log in, refresh, revoke, change and reset while one kind of fault after the other is made.
What was acknowledged must be there afterwards, in the rows and through the API, and what was not must be
there wholly or not at all. --mode takes names or their beginnings:
  ${[...sqliteModes, ...postgresModes].join("\n  ")}
--seconds is how long each mode's faults last. --quick is 1 second, and 4 clients.
The faults of a disk need Linux and a C compiler; PostgreSQL is started in a temporary folder.`;

const LOSSES_SHOWN = 20;

const { chosen, ...chosenOptions } = readOptions();
const folder = await mkdtemp(join(tmpdir(), "portcullis-faults-"));
const options: FaultOptions = { ...chosenOptions, folder };
const outcomes: Outcome[] = [];
console.log(`${options.seconds} s each, ${options.clients} clients, --seed ${options.seed}`);
try {
  for (const name of sqliteModes.filter(isChosen)) tell(await runSqlite(name, options));
  const onPostgres = postgresModes.filter(isChosen);
  if (onPostgres.length > 0) await runPostgres(onPostgres, options, tell);
} finally {
  await rm(folder, { recursive: true, force: true });
}
report();

/** One line of progress. */
function tell(outcome: Outcome): void {
  outcomes.push(outcome);
  const { mode, says, ledger } = outcome;
  console.log(ledger === undefined ? `${mode}: skipped: ${says}` : `${mode}: ${says}`);
  const losses = [...Map.groupBy(ledger?.losses ?? [], (loss) => loss)];
  for (const [loss, same] of losses.slice(0, LOSSES_SHOWN))
    console.error(`LOST  ${same.length} × ${loss}`);
  if (losses.length > LOSSES_SHOWN)
    console.error(`and ${losses.length - LOSSES_SHOWN} other kinds`);
}

function report(): void {
  const rows = outcomes.map(({ mode, ledger, faults }) =>
    ledger === undefined
      ? [mode, "skipped"]
      : [
          mode,
          ...[faults, ledger.acknowledged, ledger.refused, ledger.unanswered, ledger.proven],
          ledger.losses.length,
        ].map(String),
  );
  const head = ["mode", "faults", "acknowledged", "refused", "unanswered", "checks", "lost"];
  console.log(`\n${printTable({ title: "", head, rows })}`);
  const isLost = outcomes.some(({ ledger }) => (ledger?.losses.length ?? 0) > 0);
  process.exitCode = isLost ? 1 : 0;
}

function isChosen(name: string): boolean {
  return chosen.some((beginning) => name.startsWith(beginning));
}

function readOptions(): Omit<FaultOptions, "folder"> & { readonly chosen: readonly string[] } {
  const { values } = parseArgs({
    options: {
      mode: { type: "string", default: "sqlite,postgres" },
      seconds: { type: "string" },
      clients: { type: "string" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const chosen = values.mode.split(",");
  const seconds = Number(values.seconds ?? (values.quick ? 1 : 10));
  const clients = Number(values.clients ?? (values.quick ? 4 : 6));
  const seed = Number(values.seed);
  const areCounts = [seconds, clients].every((count) => Number.isInteger(count) && count > 0);
  const all = [...sqliteModes, ...postgresModes];
  const areModes = chosen.every((beginning) => all.some((name) => name.startsWith(beginning)));
  if (!areCounts || !areModes || !Number.isInteger(seed)) {
    console.error(usage);
    process.exit(2);
  }
  return { chosen, seconds, clients, seed };
}

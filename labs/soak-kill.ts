/**
 * `npm run soak:kill`: kills the server under the load of many clients, starts it again, and checks that
 * every acknowledged operation is still in effect (ST-02, TK-17). Exits with 1 if anything was lost.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Database } from "./database.ts";
import { openSoakDatabase } from "./soak/database.ts";
import { openLedger } from "./soak/ledger.ts";
import { openMailbox } from "./soak/mailbox.ts";
import { createPerson, type Soak } from "./soak/person.ts";
import { proveEvents, provePerson } from "./soak/proofs.ts";
import { createRandom } from "./soak/random.ts";
import { findFreePort, type SoakServer, startSoakServer } from "./soak/server.ts";
import { moveIn, startWork } from "./soak/work.ts";

const usage = `npm run soak:kill -- [--rounds 10] [--clients 50] [--db sqlite|postgres]
                   [--ready-within 5000] [--seed <number>]

Many clients sign up, log in, refresh, revoke, change and reset at once. The server is killed at a random
moment and started again on the same database. Then every acknowledged operation must be in effect, and
the server must have been ready again within so many milliseconds (ST-02). PostgreSQL is started in a
temporary folder, unless TEST_DATABASE_URL names a server.`;

/** Time from the begin of a round until the kill. Milliseconds. */
const KILL_AFTER_MS = { least: 1_000, most: 4_000 };
/** Value of REFRESH_GRACE: longer than a restart, shorter than two rounds. Seconds. */
const GRACE_SECONDS = 5;
/** Time to wait for mails: one that was being sent at the kill is sent again when its lease ends. Milliseconds. */
const MAIL_LIMIT_MS = 75_000;
const LOSSES_SHOWN = 20;
/** Lifetime of sessions and tokens, longer than the soak. Seconds. */
const LIFETIME = "86400";

const { rounds, clients, db, readyWithinMs, seed } = readOptions();
const random = createRandom(seed);
const folder = await mkdtemp(join(tmpdir(), "portcullis-soak-"));
const database = await openSoakDatabase(db, folder);
const port = await findFreePort();
const ledger = openLedger();
const soak: Soak = {
  baseUrl: `http://localhost:${port}`,
  ledger,
  mailbox: openMailbox(join(folder, "data", "outbox")),
  graceMs: GRACE_SECONDS * 1000,
};
const people = Array.from({ length: clients }, (_, index) =>
  createPerson(`soak-${index}`, createRandom(seed + index + 1)),
);
let slowestReadyMs = 0;
console.log(`${db}, ${rounds} rounds, ${clients} clients, --seed ${seed}`);
let server: SoakServer | undefined;
try {
  server = await start();
  // Before the first kill every person gets an account and a session.
  await moveIn(soak, people);
  for (let round = 1; round <= rounds; round += 1) await runRound(round);
  await proveAll();
  const ended = await server.end("SIGTERM");
  if (ended !== 0) ledger.losses.push(`SIGTERM ended the server with ${ended}`);
} finally {
  await server?.end("SIGKILL");
  await database.dispose();
  await rm(folder, { recursive: true, force: true });
}
report();

async function start(): Promise<SoakServer> {
  const started = await startSoakServer({
    folder,
    port,
    environment: {
      DATABASE_URL: database.url,
      REFRESH_GRACE: String(GRACE_SECONDS),
      ACCESS_TOKEN_TTL: LIFETIME,
      SESSION_TTL: LIFETIME,
      SESSION_IDLE_TTL: LIFETIME,
      RESET_TOKEN_TTL: LIFETIME,
      HASH_QUEUE: "1000", // overload is another soak: no client is turned away here
    },
  });
  slowestReadyMs = Math.max(slowestReadyMs, started.readyAfterMs);
  if (started.readyAfterMs > readyWithinMs)
    ledger.losses.push(`ready after ${started.readyAfterMs} ms only`);
  return started;
}

/** Lets all people work, kills the server, starts it again, and checks every effect that the round can have lost. */
async function runRound(round: number): Promise<void> {
  const before = { ...ledger, due: ledger.dueEvents.length, losses: ledger.losses.length };
  const startedAt = Date.now();
  const work = startWork(soak, people);
  await sleep(random.between(KILL_AFTER_MS.least, KILL_AFTER_MS.most));
  work.end();
  await server?.end("SIGKILL");
  await work.ended;
  const restarted = await start();
  server = restarted;
  await soak.mailbox.read();
  const faults = await database.faults();
  ledger.losses.push(...faults);
  await Promise.all(people.map((person) => provePerson(soak, person, false)));
  await proveEvents(soak, ledger.dueEvents.slice(before.due), startedAt);
  const bar = "#".repeat(Math.round((20 * round) / rounds)).padEnd(20, ".");
  console.log(
    `[${bar}] ${round}/${rounds}  acknowledged ${ledger.acknowledged - before.acknowledged}` +
      `  in flight ${ledger.unanswered - before.unanswered}` +
      `  proven ${ledger.proven - before.proven}  lost ${ledger.losses.length - before.losses}` +
      `  ready ${restarted.readyAfterMs} ms  round ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  );
}

/** Checks the facts that no single round checks: retired accounts, all passwords, every mail and every event. */
async function proveAll(): Promise<void> {
  await Promise.all(people.map((person) => provePerson(soak, person, true)));
  await proveEvents(soak, ledger.dueEvents, 0);
  ledger.losses.push(...(await database.faults()));
  const deadline = Date.now() + MAIL_LIMIT_MS;
  for (;;) {
    await soak.mailbox.read();
    const missing = ledger.dueMails.filter(
      ({ email, sentAt, answeredAt }) => !soak.mailbox.find(email, sentAt, answeredAt),
    );
    if (missing.length === 0) break;
    if (Date.now() > deadline) {
      ledger.losses.push(...missing.map(({ email }) => `the reset mail to ${email}`));
      break;
    }
    await sleep(500);
  }
}

function report(): void {
  const { acknowledged, unanswered, refused, proven, dueMails, losses } = ledger;
  console.log(
    `\n${rounds} rounds: ${acknowledged} operations acknowledged, ${unanswered} in flight at a kill, ` +
      `${refused} refused, ${dueMails.length} reset mails, ${proven} facts proven.\n` +
      `Lost: ${losses.length}. Slowest ready: ${slowestReadyMs} ms.`,
  );
  for (const loss of losses.slice(0, LOSSES_SHOWN)) console.error(`LOST  ${loss}`);
  if (losses.length > LOSSES_SHOWN) console.error(`and ${losses.length - LOSSES_SHOWN} more`);
  process.exitCode = losses.length === 0 ? 0 : 1;
}

interface Options {
  readonly rounds: number;
  readonly clients: number;
  readonly db: Database["kind"];
  readonly readyWithinMs: number;
  readonly seed: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "10" },
      clients: { type: "string", default: "50" },
      db: { type: "string", default: "sqlite" },
      "ready-within": { type: "string", default: "5000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const rounds = Number(values.rounds);
  const clients = Number(values.clients);
  const readyWithinMs = Number(values["ready-within"]);
  const seed = Number(values.seed);
  const areCounts = [rounds, clients, readyWithinMs].every(
    (count) => Number.isInteger(count) && count > 0,
  );
  if (
    !areCounts ||
    !Number.isInteger(seed) ||
    (values.db !== "sqlite" && values.db !== "postgres")
  ) {
    console.error(usage);
    process.exit(2);
  }
  return { rounds, clients, readyWithinMs, seed, db: values.db };
}

/** Faults under PostgreSQL, with two server processes behind one address: of its backends, its network and its own. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "../../../test/support/postgres-server.ts";
import { proxiedUrl } from "../../database.ts";
import { query } from "../../postgres.ts";
import { readPostgres } from "../database.ts";
import { type Mailbox, openMailbox } from "../mailbox.ts";
import { createRandom } from "../random.ts";
import { CHEAP_HASHES, findFreePort, type SoakServer, startSoakServer } from "../server.ts";
import { moveIn, startWork } from "../work.ts";
import {
  type FaultOptions,
  holdsWithin,
  judgeControl,
  openTrial,
  type Outcome,
  proveTrial,
  settingsFor,
} from "./mode.ts";
import { controlSays, type Harm, harms, loseTheDisk, type Victim } from "./postgres-harms.ts";
import { openProxy } from "./proxy.ts";

interface Stage extends Victim {
  /** Where clients find one of the servers or the other. */
  readonly baseUrl: string;
  readonly servers: readonly SoakServer[];
  readonly mailbox: Mailbox;
}

const CONTROL = "postgres-control";
export const postgresModes = [...Object.keys(harms), CONTROL];

const SERVERS = 2;
/** DATABASE_STATEMENT_TIMEOUT: the shortest there is, so that a fault need not last long to be noticed. Seconds. */
const STATEMENT_TIMEOUT = "1";

/** Runs the modes one after another on one database, and tells of each. */
export async function runPostgres(
  names: readonly string[],
  options: FaultOptions,
  tell: (outcome: Outcome) => void,
): Promise<void> {
  const folder = join(options.folder, "postgres");
  mkdirSync(join(folder, "data"), { recursive: true, mode: 0o700 });
  const random = createRandom(options.seed);
  const postgres = await startPostgres();
  const proxy = await openProxy([Number(new URL(postgres.url).port)], random);
  const balancerPorts: number[] = [];
  const balancer = await openProxy(balancerPorts, random);
  const baseUrl = `http://localhost:${balancer.port}`;
  const servers: SoakServer[] = [];
  try {
    const [place] = await query(postgres.url, "show data_directory");
    while (servers.length < SERVERS) {
      const port = await findFreePort();
      const environment = {
        DATABASE_URL: proxiedUrl(postgres.url, proxy.port),
        DATABASE_STATEMENT_TIMEOUT: STATEMENT_TIMEOUT,
        DATABASE_CONNECT_TIMEOUT: "2",
        PUBLIC_URL: baseUrl,
        ...settingsFor(options),
      };
      servers.push(await startSoakServer({ folder, port, program: CHEAP_HASHES, environment }));
      balancerPorts.push(port);
    }
    const stage: Stage = {
      postgres,
      dataFolder: String(place?.["data_directory"]),
      proxy,
      isFrozen: false,
      baseUrl,
      servers,
      mailbox: openMailbox(join(folder, "data", "outbox")),
    };
    for (const name of names) {
      const harm = harms[name];
      tell(
        harm === undefined ? await control(stage, options) : await run(name, harm, stage, options),
      );
    }
  } finally {
    for (const server of servers) await server.end("SIGKILL");
    await balancer.close();
    await proxy.close();
    await postgres.remove();
  }
}

/** Time for which everything works again before the load ends. Milliseconds. */
const CALM_MS = 500;
/** Time from the end of a fault until both servers must be ready again. Milliseconds. */
const HEALED_WITHIN_MS = 15_000;
/** Time after which PostgreSQL has finished or undone what a server has given up. Milliseconds. */
const SETTLED_AFTER_MS = 300;

async function run(
  name: string,
  { says, make }: Harm,
  stage: Stage,
  options: FaultOptions,
): Promise<Outcome> {
  const { proxy, postgres, servers } = stage;
  const trial = openTrial(name, stage.baseUrl, stage.mailbox, options);
  const { ledger, soak, people } = trial;
  await moveIn(soak, people);
  const madeBefore = proxy.made();
  const work = startWork(soak, people, () => settled(stage));
  const made = await make(stage, options.seconds * 1000);
  proxy.set({});
  await Promise.all(servers.map((server, index) => expectWell(server, index, ledger.losses)));
  await sleep(CALM_MS);
  work.end();
  await work.ended;
  await settled(stage);
  if (ledger.unanswered > 0)
    ledger.losses.push(`${ledger.unanswered} requests without an answer, though no server ended`);
  await proveTrial(trial, readPostgres(postgres.url));
  return { mode: name, says, ledger, faults: made + proxy.made() - madeBefore };
}

async function expectWell(server: SoakServer, index: number, losses: string[]): Promise<void> {
  const isWell = await holdsWithin(HEALED_WITHIN_MS, () => server.isReady());
  if (isWell) return;
  const state = server.outcome() ?? "running, and not ready";
  losses.push(`server ${index} has not healed: ${state}\n${server.stderr()}`);
}

/** Waits until nothing that was sent before can still happen. Nobody can tell before whether an operation took place. */
async function settled(stage: Stage): Promise<void> {
  do await sleep(SETTLED_AFTER_MS);
  while (stage.isFrozen);
}

/** Puts the cluster back to where it was before the load: the same checks must find what is lost. */
async function control(stage: Stage, options: FaultOptions): Promise<Outcome> {
  const trial = openTrial(CONTROL, stage.baseUrl, stage.mailbox, options);
  const { ledger, soak, people } = trial;
  await moveIn(soak, people);
  await loseTheDisk(stage, async () => {
    await Promise.all(
      stage.servers.map((server, index) => expectWell(server, index, ledger.losses)),
    );
    const work = startWork(soak, people);
    await sleep(options.seconds * 1000);
    work.end();
    await work.ended;
  });
  await Promise.all(stage.servers.map((server, index) => expectWell(server, index, ledger.losses)));
  await proveTrial(trial, readPostgres(stage.postgres.url));
  return judgeControl({ mode: CONTROL, says: controlSays, ledger, faults: 1 });
}

/** Many requests at once, through two processes of one database: which of them succeed, and what is true afterwards. */
import { afterEach, beforeEach } from "vitest";
import { signup } from "../../src/domain/accounts.ts";
import { login } from "../../src/domain/login.ts";
import { deliverNext } from "../../src/domain/mail-delivery.ts";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { User } from "../../src/domain/ports/users.ts";
import { openStorage } from "../../src/storage/storage.ts";
import { NOW } from "./clock.ts";
import { PASSWORD } from "./credentials.ts";
import { type TestDatabase, testOptions } from "./databases.ts";
import { CLIENT, dependenciesOn, occasionAt, succeeded } from "./domain.ts";
import { type Mailed, proofsIn } from "./mailbox.ts";

export const RACERS = 20;

export interface World {
  /** Each has connections of its own. */
  readonly processes: readonly [Dependencies, Dependencies];
  readonly database: TestDatabase;
}

/** Two processes on a fresh database, for every test of the block it is called in. */
export function eachTestHasProcesses(create: () => Promise<TestDatabase>): World {
  let world: World | undefined;
  beforeEach(async () => {
    const database = await create();
    const open = async () =>
      dependenciesOn(await openStorage(database.target, testOptions), () => undefined);
    world = { database, processes: [await open(), await open()] };
  });
  afterEach(async () => {
    for (const { storage } of world?.processes ?? []) await storage.close();
    await world?.database.remove();
  });
  const current = () => {
    if (world === undefined) throw new Error("Only inside a test");
    return world;
  };
  return {
    get processes() {
      return current().processes;
    },
    get database() {
      return current().database;
    },
  };
}

/** Runs the attempt 20 times at once, in turns by either process. */
export function race<T>(
  { processes: [one, other] }: World,
  attempt: (deps: Dependencies, racer: number) => Promise<T>,
): Promise<T[]> {
  return Promise.all(
    Array.from({ length: RACERS }, (_, racer) => attempt(racer % 2 === 0 ? one : other, racer)),
  );
}

let made = 0;

/** Signs up, and in by cookie. */
export async function signedInOwner({ processes: [deps] }: World) {
  const email = `racer-${(made += 1)}@example.com`;
  const asked = { email, password: PASSWORD, locale: null };
  const { user } = succeeded(await signup(deps, occasionAt(), asked));
  return { user, session: (await signIn(deps, user)).session };
}

export async function signIn(deps: Dependencies, { email }: User, password = PASSWORD) {
  const attempt = { email, password, client: CLIENT, device: undefined };
  return succeeded(await login(deps, occasionAt(), attempt, undefined));
}

/** The proofs in the mails to an address that wait in the outbox, newest last. The outbox is empty afterwards. */
export async function mailedTo({ processes: [deps] }: World, address: string): Promise<Mailed> {
  const mails: { readonly to: string; readonly text: string }[] = [];
  const delivery = {
    storage: deps.storage,
    log: deps.log,
    mailSeal: deps.secretKeys.mailSeal,
    attemptTimeoutMs: 20_000,
    now: () => NOW,
    transport: {
      async send(mail: { readonly to: string; readonly text: string }) {
        mails.push(mail);
        return { accepted: true } as const;
      },
      close: () => undefined,
    },
  };
  while (await deliverNext(delivery, new AbortController().signal));
  const last = mails.filter(({ to }) => to === address).at(-1);
  if (last === undefined) throw new Error(`No mail for ${address}`);
  return proofsIn(last);
}

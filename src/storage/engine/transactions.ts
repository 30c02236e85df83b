/** How a unit of work becomes a transaction: by itself, or together with those that wait beside it. */
import type { Ahead } from "../../domain/ports/ahead.ts";
import type { Db } from "../schema.ts";

/** `Inside` is what work is given to change things through. */
export interface Transactions<Inside> {
  /** Runs `work` as one transaction and answers once that holds; rejects where nothing of it does. */
  run<T>(work: (inside: Inside) => Promise<T>): Promise<T>;
  /** The same, but answers as soon as the work is done: what is changed on the strength of that can share its COMMIT. */
  runAhead<T>(work: (inside: Inside) => Promise<T>): Promise<Ahead<T>>;
  /** Answers once whatever was asked for before has been answered. */
  settled(): Promise<void>;
}

/** Ends one transaction. */
export interface Ending {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}
/** Lends a transaction that has begun, on a connection of its own, until `use` has answered. */
type LendTransaction<Inside> = <T>(
  use: (inside: Inside, ending: Ending) => Promise<T>,
) => Promise<T>;

/** For a database on which transactions run beside each other: `lend` gives each a connection. */
export function transactAlone<Inside>(lend: LendTransaction<Inside>): Transactions<Inside> {
  const run = <T>(work: (inside: Inside) => Promise<T>): Promise<T> =>
    lend(async (inside, ending) => {
      try {
        const result = await work(inside);
        await ending.commit();
        return result;
      } catch (error) {
        await ending.rollback();
        throw error;
      }
    });
  return {
    run,
    /** Nothing shares its COMMIT, so nothing is gained by haste. */
    runAhead: async (work) => ({ result: await run(work), durable: Promise.resolve() }),
    /** Each has a connection, and the pool waits for those. */
    async settled() {},
  };
}

/** So that a flood of them lets others have the event loop in between. As many more may join them. */
const UNITS_PER_COMMIT = 64;

/** The one connection, while nobody else has it. */
export interface HeldConnection {
  /** Answers at once, so that what is asked through it takes no turn of its own. */
  readonly db: Db;
  /** Runs a statement that takes nothing and answers nothing. */
  run(sql: string): void;
  /** Ends the transaction, unless it has ended by itself, as a full disk makes it. */
  rollBack(): void;
}
/** Waits for the connection, and lends it until `use` has answered. */
export type LendConnection = <T>(use: (connection: HeldConnection) => Promise<T>) => Promise<T>;

/** Somebody's work, what came of it, and how they are told. */
interface Unit<Inside> {
  /** It ran ahead and has been done: others may rest on it. */
  hasAnswered?: boolean;
  run(inside: Inside): Promise<void>;
  /** Tells what became of the work: it is durable, or it failed by itself. */
  settle(): void;
  fail(error: unknown): void;
}

/**
 * For a database that takes one transaction at a time and waits for the disk at each commit: units that
 * wait share one transaction, each within a savepoint, and nobody is told anything before the COMMIT
 * they share. One that fails is undone by itself; a COMMIT that fails fails them all. Each sees what
 * those before it did, as it would if they had been committed one by one.
 *
 * What is begun on the strength of a unit that ran ahead joins the same transaction: a request that takes
 * a limit and then makes its change waits for the disk once.
 */
export function transactInGroups<Inside>(
  lend: LendConnection,
  open: (db: Db) => Inside,
): Transactions<Inside> {
  const waiting: Unit<Inside>[] = [];
  /** Somebody is about to take those who wait. */
  let isStarting = false;

  function run<T>(work: (inside: Inside) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      waiting.push(createUnit(work, resolve, reject));
      startSoon();
    });
  }

  function runAhead<T>(work: (inside: Inside) => Promise<T>): Promise<Ahead<T>> {
    const { promise: durable, resolve: hold, reject: lose } = Promise.withResolvers<void>();
    return new Promise((resolve, reject) => {
      durable.catch(reject); // Where it has answered, that says nothing: whoever awaits `durable` is told.
      const tell = async (inside: Inside) => {
        resolve({ result: await work(inside), durable });
        unit.hasAnswered = true;
      };
      const unit = createUnit(tell, hold, lose);
      waiting.push(unit);
      startSoon();
    });
  }

  function startSoon(): void {
    if (isStarting || waiting.length === 0) return;
    isStarting = true;
    gather(waiting.length);
  }

  /**
   * Waits for as long as each turn of the event loop brings more of them: those who were told of the last
   * COMMIT come back one after another, and whoever misses this one waits for the disk by itself.
   */
  function gather(seen: number): void {
    setImmediate(() => {
      const isGrowing = waiting.length > seen && waiting.length < UNITS_PER_COMMIT;
      if (isGrowing) gather(waiting.length);
      else void commitTogether();
    });
  }

  async function commitTogether(): Promise<void> {
    const units: Unit<Inside>[] = [];
    try {
      await lend(async (connection) => {
        // The write lock at once: a transaction that only then needs it fails half-way, past retrying.
        connection.run("begin immediate");
        const inside = open(connection.db);
        try {
          units.push(...waiting.splice(0, UNITS_PER_COMMIT));
          await runEach(units, connection, inside);
          await joinBegun(units, connection, inside);
          connection.run("commit");
        } catch (error) {
          connection.rollBack();
          throw error;
        }
      });
      for (const unit of units) unit.settle();
    } catch (error) {
      // There was no transaction for anybody; or whoever waits may rest on what ran ahead in vain.
      if (units.length === 0 || haveSomeAnswered(units)) units.push(...waiting.splice(0));
      for (const unit of units) unit.fail(error);
    }
    isStarting = false;
    startSoon();
  }

  /** Runs what has been begun on the strength of `units` as well, and adds it to them. */
  async function joinBegun(
    units: Unit<Inside>[],
    connection: HeldConnection,
    inside: Inside,
  ): Promise<void> {
    while (haveSomeAnswered(units) && units.length < 2 * UNITS_PER_COMMIT) {
      await everythingGoesOn();
      const joining = waiting.splice(0, 2 * UNITS_PER_COMMIT - units.length);
      if (joining.length === 0) return;
      units.push(...joining);
      await runEach(joining, connection, inside, true);
    }
  }

  return {
    run,
    runAhead,
    /** Units are taken in order, so one more comes after all of them, whatever becomes of it. */
    settled: () => run(async () => {}).catch(() => undefined),
  };
}

function haveSomeAnswered(units: readonly Unit<never>[]): boolean {
  return units.some(({ hasAnswered }) => hasAnswered);
}

/** Once all has gone on that waits for nothing but for what has been answered: Node drains microtasks before it. */
function everythingGoesOn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Rejects where the transaction is lost as a whole. One that is alone in it needs no savepoint. */
async function runEach<Inside>(
  units: readonly Unit<Inside>[],
  connection: HeldConnection,
  inside: Inside,
  areOthersIn = false,
): Promise<void> {
  const [first] = units;
  if (first !== undefined && units.length === 1 && !areOthersIn) return first.run(inside);
  for (const unit of units) {
    connection.run("savepoint unit");
    try {
      await unit.run(inside);
    } catch (error) {
      undoUnit(connection, error);
    }
    connection.run("release unit");
  }
}

/** Throws the unit's error where a full disk has ended the whole transaction, and the savepoint with it. */
function undoUnit(connection: HeldConnection, error: unknown): void {
  try {
    connection.run("rollback to unit");
  } catch {
    throw error;
  }
}

function createUnit<Inside, T>(
  work: (inside: Inside) => Promise<T>,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): Unit<Inside> {
  let settle: () => void;
  return {
    async run(inside) {
      try {
        const result = await work(inside);
        settle = () => resolve(result);
      } catch (error) {
        settle = () => reject(error);
        throw error;
      }
    },
    settle: () => settle(),
    fail: reject,
  };
}

/**
 * Runs units of work as transactions: each by itself, or those that wait beside each other in one. The simple
 * way, a transaction for each on SQLite, waits for the disk once per unit: with shared COMMITs, and the
 * statements compiled once, a refresh went from 1,420 µs of CPU to 400, and from 2 fsyncs to 1 where it shares the
 * COMMIT of the limit it took (docs/benchmarks.md).
 */
import type { Ahead } from "../../domain/ports/ahead.ts";
import type { Db } from "../schema.ts";

/** `Inside` is given to the work, to make its changes through. */
export interface Transactions<Inside> {
  /** Runs `work` as one transaction. Answers once that is committed; rejects where nothing of it is. */
  run<T>(work: (inside: Inside) => Promise<T>): Promise<T>;
  /** Runs `work` as one transaction and answers before its COMMIT, which later changes of the caller can then share. */
  runAhead<T>(work: (inside: Inside) => Promise<T>): Promise<Ahead<T>>;
  /** Resolves once every unit that was asked for before has been answered. */
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
    /** Waits for its COMMIT: no other unit can share it, so an early answer gains nothing. */
    runAhead: async (work) => ({ result: await run(work), durable: Promise.resolve() }),
    /** Has nothing to wait for: each transaction has a connection, and the pool waits for those. */
    async settled() {},
  };
}

/** Bounds a group, so that a flood of units leaves the event loop to others in between. As many more may join later. */
const UNITS_PER_COMMIT = 64;

/** The one connection of a database, lent to a single user at a time. */
export interface LentConnection {
  /** Opens the connection to the statements of one unit, which run at once, without the queue for the connection. */
  openUnit(): OpenUnit;
  /** Runs a statement without parameters and without an answer. */
  run(sql: string): void;
  /** Rolls the transaction back, unless SQLite has already done that, as it does where the disk is full. */
  rollBack(): void;
}

/** The connection as one unit of work uses it. It takes no statement once one has failed, or once it has ended (ST-22). */
export interface OpenUnit {
  readonly db: Db;
  /** The error of the first statement that failed. */
  failure(): unknown;
  /** Refuses statements from now on. */
  end(): void;
}

/** The work caught the failure of a statement, and went on. */
export class UndoneError extends Error {
  override readonly name = "UndoneError";
  constructor(cause?: unknown) {
    super("The transaction had failed, and was undone", { cause });
  }
}

/** A statement came too late: it would be in no transaction, or in another one. */
export class EndedError extends Error {
  override readonly name = "EndedError";
  constructor() {
    super("A transaction was used after its end");
  }
}

/** Waits for the connection, and lends it until `use` has answered. */
export type LendConnection = <T>(use: (connection: LentConnection) => Promise<T>) => Promise<T>;

/** A piece of work, its outcome, and its caller. */
interface Unit {
  /** True once its caller was answered before the COMMIT: later units may depend on it. */
  hasAnswered?: boolean;
  run(connection: LentConnection): Promise<void>;
  /** Answers the caller after the COMMIT: with the result, or with the error of the work itself. */
  settle(): void;
  fail(error: unknown): void;
}

/**
 * Runs units in groups, for a database that takes one transaction at a time and waits for the disk at each
 * COMMIT. Units that wait share one transaction, each within a savepoint, and no caller is answered before
 * the COMMIT they share. A unit that fails is undone by itself; a COMMIT that fails fails them all. Each
 * unit sees the changes of those before it, as if they had been committed one by one.
 *
 * Units that are begun after an early answer (`runAhead`) join its transaction: a request that takes a limit
 * and then makes its change waits for the disk once.
 */
export function transactInGroups<Inside>(
  lend: LendConnection,
  open: (db: Db) => Inside,
): Transactions<Inside> {
  const waiting: Unit[] = [];
  /** True from the moment a group is being gathered until it has been committed. */
  let isStarting = false;

  function run<T>(work: (inside: Inside) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      waiting.push(createUnit(work, open, resolve, reject));
      startSoon();
    });
  }

  function runAhead<T>(work: (inside: Inside) => Promise<T>): Promise<Ahead<T>> {
    const { promise: durable, resolve, reject } = Promise.withResolvers<void>();
    return new Promise((answer, fail) => {
      durable.catch(fail); // no effect after an early answer: then `durable` alone tells of a failure
      const workAndAnswer = async (inside: Inside) => {
        answer({ result: await work(inside), durable });
        unit.hasAnswered = true;
      };
      const unit = createUnit(workAndAnswer, open, resolve, reject);
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
   * Waits while each turn of the event loop brings more units: the callers that the last COMMIT answered come
   * back one after another, and a unit that misses this COMMIT waits for the disk a second time. It raised
   * a group under load from 16 refreshes to 31 (docs/benchmarks.md).
   */
  function gather(seen: number): void {
    setImmediate(() => {
      const isGrowing = waiting.length > seen && waiting.length < UNITS_PER_COMMIT;
      if (isGrowing) gather(waiting.length);
      else void commitTogether();
    });
  }

  async function commitTogether(): Promise<void> {
    const units: Unit[] = [];
    try {
      await lend(async (connection) => {
        // Takes the write lock at once: a transaction that needs it only later fails half-way, past retrying.
        connection.run("begin immediate");
        try {
          units.push(...waiting.splice(0, UNITS_PER_COMMIT));
          await runEach(units, connection);
          await joinBegun(units, connection);
          connection.run("commit");
        } catch (error) {
          connection.rollBack();
          throw error;
        }
      });
      for (const unit of units) unit.settle();
    } catch (error) {
      // No transaction began, or waiting units may depend on an early answer that is now void.
      if (units.length === 0 || haveSomeAnswered(units)) units.push(...waiting.splice(0));
      for (const unit of units) unit.fail(error);
    }
    isStarting = false;
    startSoon();
  }

  /** Runs the units that were begun after an early answer of `units`, and adds them to the group. */
  async function joinBegun(units: Unit[], connection: LentConnection): Promise<void> {
    while (haveSomeAnswered(units) && units.length < 2 * UNITS_PER_COMMIT) {
      await continuationsHaveRun();
      const joining = waiting.splice(0, 2 * UNITS_PER_COMMIT - units.length);
      if (joining.length === 0) return;
      units.push(...joining);
      await runEach(joining, connection, true);
    }
  }

  return {
    run,
    runAhead,
    /** Waits for one more unit: units are taken in order, so it comes last. */
    settled: () => run(async () => {}).catch(() => undefined),
  };
}

function haveSomeAnswered(units: readonly Unit[]): boolean {
  return units.some(({ hasAnswered }) => hasAnswered);
}

/** Resolves when every continuation of the early answers has run: Node drains the microtasks before it. */
function continuationsHaveRun(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Runs the units one after another; rejects where the whole transaction is lost. A unit alone in it needs no savepoint. */
async function runEach(
  units: readonly Unit[],
  connection: LentConnection,
  areOthersIn = false,
): Promise<void> {
  const [first] = units;
  if (first !== undefined && units.length === 1 && !areOthersIn) return first.run(connection);
  for (const unit of units) {
    connection.run("savepoint unit");
    try {
      await unit.run(connection);
    } catch (error) {
      undoUnit(connection, error);
    }
    connection.run("release unit");
  }
}

/** Undoes one unit. Throws its error where a full disk has ended the whole transaction, and the savepoint with it. */
function undoUnit(connection: LentConnection, error: unknown): void {
  try {
    connection.run("rollback to unit");
  } catch {
    throw error;
  }
}

function createUnit<Inside, T>(
  work: (inside: Inside) => Promise<T>,
  open: (db: Db) => Inside,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): Unit {
  let settle: () => void;
  return {
    async run(connection) {
      const unit = connection.openUnit();
      try {
        const result = await work(open(unit.db));
        if (unit.failure() !== undefined) throw new UndoneError(unit.failure());
        settle = () => resolve(result);
      } catch (error) {
        settle = () => reject(error);
        throw error;
      } finally {
        unit.end();
      }
    },
    settle: () => settle(),
    fail: reject,
  };
}

/**
 * Units that are asked together travel together: those of one turn of the event loop, and those that come while all
 * statements of their kind are under way. The simple way, a statement for each, costs twice as much of both machines
 * (docs/decisions/0023-batches.md has the figures).
 *
 * Nothing is remembered, and nothing joins a statement that is under way. It is sent after each of its units was asked,
 * so it sees everything that was acknowledged before that (SE-13).
 */

/** A kind of statement that is for many units at once. */
export interface Sending<Unit, Answer> {
  /** The most statements of the kind that are under way. */
  readonly underWayMost: number;
  /** How long a unit waits for its statement to begin, as a statement waits for a connection. Milliseconds. */
  readonly patienceMs: number;
  /** Answers the units, in their order. Rejects where none of them can be answered. */
  send(units: readonly Unit[]): Promise<readonly Answer[]>;
  /** Makes the error for a unit that has lost its patience. */
  tooLate(): Error;
}

interface Asked<Unit, Answer> {
  readonly unit: Unit;
  /** Of `performance.now()`. */
  readonly giveUpAt: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** Bounds a statement: with more, the first unit would wait for the last one's row, and the event loop for all of them. */
export const UNITS_PER_STATEMENT = 128;

export class Gathering<Unit, Answer> {
  readonly #sending: Sending<Unit, Answer>;
  #waiting: Asked<Unit, Answer>[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #isGathering = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(sending: Sending<Unit, Answer>) {
    this.#sending = sending;
  }

  ask(unit: Unit): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const giveUpAt = performance.now() + this.#sending.patienceMs;
      this.#waiting.push({ unit, giveUpAt, resolve, reject });
      if (this.#underWay.size >= this.#sending.underWayMost) this.#watchWaiting();
      else this.#gather();
    });
  }

  /** Resolves once everything that was asked has been answered. */
  async settled(): Promise<void> {
    while (this.#waiting.length > 0 || this.#underWay.size > 0) {
      if (this.#underWay.size === 0) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(this.#underWay);
    }
  }

  /** Sends behind all requests that this turn of the event loop brings. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#sendWaiting();
    });
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#underWay.size < this.#sending.underWayMost) {
      const sent = this.#send(this.#waiting.splice(0, UNITS_PER_STATEMENT)).finally(() => {
        this.#underWay.delete(sent);
        this.#sendWaiting();
      });
      this.#underWay.add(sent);
    }
    if (this.#waiting.length > 0) this.#watchWaiting();
  }

  async #send(asked: readonly Asked<Unit, Answer>[]): Promise<void> {
    try {
      const answers = await this.#sending.send(asked.map(({ unit }) => unit));
      if (answers.length !== asked.length)
        throw new Error("Not every unit of a batch was answered");
      // As many as there are units, so the place has an answer, and that may be undefined.
      for (const [at, { resolve }] of asked.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  /** Watches while there are units that no statement has taken along: those under way may stand still. */
  #watchWaiting(): void {
    this.#watch ??= setTimeout(() => {
      this.#watch = undefined;
      const now = performance.now();
      const late = this.#waiting.findIndex(({ giveUpAt }) => giveUpAt > now);
      const given = this.#waiting.splice(0, late < 0 ? this.#waiting.length : late);
      const reason = this.#sending.tooLate();
      for (const { reject } of given) reject(reason);
      if (this.#waiting.length > 0) this.#watchWaiting();
    }, this.#sending.patienceMs / WATCHES_PER_PATIENCE).unref();
  }
}

/** A unit may wait by this share longer than its patience. */
const WATCHES_PER_PATIENCE = 4;

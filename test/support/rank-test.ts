/**
 * Times compared by rank. A mean or a ratio is at the mercy of the one run that the machine held up;
 * a rank is moved by it no further than by any other slow run.
 */

/** An arbitrary number: a fixed one, so that a failing run can be repeated in its own order. */
const ORDER_SEED = 20_260_301;

/**
 * The probability that a value of `a` is greater than one of `b`: 0.5 where they are alike, 0 or 1 where one look
 * tells them apart. Mann–Whitney U over the number of pairs; ties count half.
 */
export function superiority(a: readonly number[], b: readonly number[]): number {
  let wins = 0;
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
  return wins / (a.length * b.length);
}

/**
 * Times each work once a round, one after another and in a new order each round, so that whatever else
 * the machine does, and whatever one work leaves behind for the next, falls on all alike. Milliseconds.
 */
export async function timesInTurns<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<unknown>>>,
  clock: () => number = () => performance.now(),
): Promise<Record<Name, number[]>> {
  // TypeScript forgets the names of an object's keys in both: those of a literal are all of its type.
  const names = Object.keys(works) as Name[];
  const times = Object.fromEntries<number[]>(names.map((name) => [name, []])) as Record<
    Name,
    number[]
  >;
  const random = seededRandom(ORDER_SEED);
  for (const name of names) await works[name](); // the first run compiles and connects
  for (let round = 0; round < rounds; round += 1)
    for (const name of shuffled(names, random)) {
      const startedAt = clock();
      await works[name]();
      times[name].push(clock() - startedAt);
    }
  return times;
}

/**
 * A clock that stands still while the process waits: for the disk, whose own pace hides some rows more
 * or less, and for other programs of the machine. All threads together. Milliseconds.
 */
export function workClock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** A linear congruential generator with the constants of Numerical Recipes; from 0 up to, not including, 1. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

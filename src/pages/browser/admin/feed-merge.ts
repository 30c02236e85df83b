/** Pages of events that overlap, as one list. */

interface Dated {
  readonly id: string;
  readonly timestamp: string;
}

/** How far before the newest event is read again: one that began earlier may be stored later. */
export const OVERLAP_MS = 5_000;

/** From when on a poll reads; undefined where nothing is known yet. */
export function sinceOf(known: readonly Dated[]): string | undefined {
  const [newest] = known;
  if (newest === undefined) return undefined;
  return new Date(Date.parse(newest.timestamp) - OVERLAP_MS).toISOString();
}

/** Those that are not known yet. */
export function unknownOf<E extends Dated>(known: readonly Dated[], read: readonly E[]): readonly E[] {
  const ids = new Set(known.map(({ id }) => id));
  return read.filter(({ id }) => !ids.has(id));
}

/** Both lists as one, newest first. */
export function mergeEvents<E extends Dated>(one: readonly E[], other: readonly E[]): readonly E[] {
  return [...one, ...unknownOf(one, other)].sort(byAge);
}

function byAge(one: Dated, other: Dated): number {
  if (one.timestamp !== other.timestamp) return one.timestamp < other.timestamp ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}

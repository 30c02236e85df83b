/** Finds settings that were misspelt: names of the environment that are none of ours, and nearly are. */

export interface Misspelling {
  /** As the environment has it. */
  readonly name: string;
  /** The setting that was probably meant. It is not set itself. */
  readonly meant: string;
}

/** Letters of a setting's name for each that may be wrong. A name of four letters must be right: `POST` is not `PORT`. */
const LETTERS_PER_MISTAKE = 5;

/**
 * Only names so near to a setting that nothing else is likely to have them: an environment is full of variables of
 * others. Nor is a setting meant that is set.
 */
export function misspeltSettings(
  environment: Readonly<Record<string, string | undefined>>,
  settingNames: readonly string[],
): readonly Misspelling[] {
  const known = new Set(settingNames);
  const missing = settingNames.filter((name) => environment[name] === undefined);
  return Object.keys(environment)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = nearest(name.toUpperCase(), missing);
      return meant === undefined ? [] : [{ name, meant }];
    });
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    .map((candidate) => ({ candidate, mistakes: mistakesBetween(name, candidate) }))
    .filter(({ candidate, mistakes }) => mistakes * LETTERS_PER_MISTAKE <= candidate.length)
    .sort((one, other) => one.mistakes - other.mistakes);
  return near[0]?.candidate;
}

/**
 * How many letters were left out, added, replaced, or exchanged with the next (optimal string alignment). Infinite
 * where the lengths alone differ by more than a misspelling does.
 */
function mistakesBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) * LETTERS_PER_MISTAKE > other.length) return Infinity;
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= one.length; i += 1) {
    rows.push([i]);
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isExchanged =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      rows[i]?.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (isSame ? 0 : 1),
          isExchanged ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(one.length, other.length);
}

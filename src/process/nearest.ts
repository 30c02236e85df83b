/** Finds the word that was probably meant by a misspelt one. */

/** Answers the candidate nearest to `word`; none where a candidate has fewer than `lettersPerMistake` letters for each mistake. */
export function nearest(
  word: string,
  candidates: readonly string[],
  lettersPerMistake: number,
): string | undefined {
  const near = candidates
    .map((candidate) => {
      const bound = Math.floor(candidate.length / lettersPerMistake);
      return { candidate, mistakes: mistakesBetween(word, candidate, bound), bound };
    })
    .filter(({ mistakes, bound }) => mistakes <= bound)
    .sort((one, other) => one.mistakes - other.mistakes);
  return near[0]?.candidate;
}

/**
 * How many letters were left out, added, replaced, or exchanged with the next (optimal string alignment). Infinite
 * where the lengths alone differ by more than `bound`: a word may be of any length.
 */
function mistakesBetween(one: string, other: string, bound: number): number {
  if (Math.abs(one.length - other.length) > bound) return Infinity;
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

/** How `Accept-Language` is read, for mails and pages alike. */

/** Longer than any browser's: what stands behind is not read, whoever sends it. Characters. */
const HEADER_MAX_LENGTH = 256;
/** As many ranges are looked up as a person reads languages. */
const RANGES_MAX = 10;

/** RFC 9110 §12.5.4: language ranges, the most welcome first; those of the weight 0 are refused, and `*` says nothing. */
export function acceptedRanges(header: string): string[] {
  // A range that is cut would be another one.
  const read =
    header.length > HEADER_MAX_LENGTH
      ? header.slice(0, HEADER_MAX_LENGTH).replace(/[^,]*$/, "")
      : header;
  return read
    .split(",", RANGES_MAX)
    .flatMap((item) => {
      const [, range, weight = "1"] = RANGE.exec(item) ?? [];
      return range === undefined || Number(weight) === 0 ? [] : [{ range, weight: Number(weight) }];
    })
    .sort((one, other) => other.weight - one.weight)
    .map(({ range }) => range);
}

const RANGE =
  /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*[Qq]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/;

/** RFC 4647 §3.4: the range without more and more of its end, until there is such a language. */
export function lookUpLanguage(available: readonly string[], range: string): string | undefined {
  const subtags = range.toLowerCase().split("-");
  while (subtags.length > 0) {
    const wanted = subtags.join("-");
    const found = available.find((tag) => tag.toLowerCase() === wanted);
    if (found !== undefined) return found;
    subtags.pop();
    if (subtags.at(-1)?.length === 1) subtags.pop(); // what a single letter introduces is gone
  }
  return undefined;
}

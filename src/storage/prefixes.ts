/** Text that begins with something, as a range of an index. */
import { compose } from "./statements.ts";

/**
 * Computes the first text that sorts after everything that begins with `prefix`, or undefined where nothing
 * does. A range takes the prefix literally, and uses the index; LIKE would do neither. It relies on
 * text being compared byte by byte: in UTF-8 that is the order of code points.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const characters = Array.from(prefix.toWellFormed());
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const next = (last.codePointAt(0) ?? 0) + 1;
    if (next === FIRST_SURROGATE) return characters.join("") + AFTER_SURROGATES;
    if (next <= LAST_CODE_POINT) return characters.join("") + String.fromCodePoint(next);
  }
  return undefined;
}

const LAST_CODE_POINT = 0x10ffff;
/** U+D800 to U+DFFF are halves of pairs in UTF-16, and no characters. */
const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = "\u{e000}";

/** From so many matches on they are not sorted: a page is then met within 10,000 of a million, read in order. */
const BROAD = 2_000;

/** Answers a row where at least so many accounts have an address that begins so, and reads no more of the index. */
export const findBroad = compose.read((db, { emailPrefix }: { emailPrefix: string }) => {
  const end = endOfPrefix(emailPrefix);
  return db
    .selectFrom("users")
    .select("email")
    .where("email", ">=", emailPrefix)
    .$if(end !== undefined, (query) => query.where("email", "<", end ?? ""))
    .orderBy("email")
    .offset(BROAD - 1)
    .limit(1);
});

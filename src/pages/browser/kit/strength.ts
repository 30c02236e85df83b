/**
 * A hint while a new password is typed. It costs nothing and promises nothing: the server alone judges a password, with
 * lists that fit into no page.
 */
export type Strength =
  | { readonly level: 0 | 1; readonly says: "missing"; readonly missing: number }
  | { readonly level: 1; readonly says: "regular" }
  | { readonly level: 2; readonly says: "enough" }
  | { readonly level: 3; readonly says: "good" };

/** Judges what is typed so far; undefined for nothing. `minLength` in code points. */
export function strengthOf(password: string, minLength: number): Strength | undefined {
  const characters = [...password];
  if (characters.length === 0) return undefined;
  const missing = minLength - characters.length;
  if (missing > 0) return { level: missing > minLength / 2 ? 0 : 1, says: "missing", missing };
  const surprises = countSurprises(characters);
  if (surprises < minLength / 2) return { level: 1, says: "regular" };
  return characters.length >= minLength + 5 && surprises >= minLength
    ? { level: 3, says: "good" }
    : { level: 2, says: "enough" };
}

/** Characters that neither repeat one of the four before, nor follow the last one in the order of Unicode. */
function countSurprises(characters: readonly string[]): number {
  return characters.filter((character, at) => {
    if (characters.slice(Math.max(0, at - 4), at).includes(character)) return false;
    const step = (character.codePointAt(0) ?? 0) - (characters[at - 1]?.codePointAt(0) ?? 0);
    return Math.abs(step) !== 1;
  }).length;
}

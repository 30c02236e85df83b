/**
 * Strings that are no text. JSON can hold half of a surrogate pair (`"\\ud800"`, RFC 8259 §8.2), which has no
 * UTF-8: every half is hashed and stored as U+FFFD, so that two passwords of which each has another half would be
 * one (IV-15). No schema can say it, so it is asked of every body, whatever its schema.
 */

/** The path to a string, or to a key, that has half of a surrogate pair; undefined where all are whole. */
export function pathToHalfCharacter(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return value.isWellFormed() ? undefined : [];
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const path = key.isWellFormed() ? pathToHalfCharacter(inner) : [];
    if (path !== undefined) return [key.toWellFormed(), ...path];
  }
  return undefined;
}

/** Finds settings that were misspelt: names of the environment that are none of ours, and nearly are. */
import { nearest } from "./nearest.ts";

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
      const meant = nearest(name.toUpperCase(), missing, LETTERS_PER_MISTAKE);
      return meant === undefined ? [] : [{ name, meant }];
    });
}

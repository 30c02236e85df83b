/** The passwords that attackers guess first, looked up offline (PW-06). */
import { createRequire } from "node:module";
import type * as Lists from "@zxcvbn-ts/language-common";

/** Looks a password up. `password` must be lower case, as the entries of the list are. */
export function isCommonPassword(password: string): boolean {
  return (commonPasswords ??= loadList()).has(password);
}

let commonPasswords: ReadonlySet<string> | undefined;

/** Loads the list with the first password that is chosen: its package takes 18 MB. */
function loadList(): ReadonlySet<string> {
  const { dictionary } = createRequire(import.meta.url)(
    "@zxcvbn-ts/language-common",
  ) as typeof Lists; // `require` has no types
  return new Set(dictionary["passwords-common"].map(String));
}

/** The passwords that attackers guess first, looked up offline (PW-06). */
import { dictionary } from "@zxcvbn-ts/language-common";

/** Looks a password up. `password` must be lower case, as the entries of the list are. */
export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password);
}

const commonPasswords = new Set(dictionary["passwords-common"].map(String));

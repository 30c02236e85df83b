/** The passwords that are guessed first, looked up offline (PW-06). */
import { dictionary } from "@zxcvbn-ts/language-common";

/** The list's entries are lower case; so must `password` be. */
export function isCommonPassword(password: string): boolean {
  return commonPasswords.has(password);
}

const commonPasswords = new Set(dictionary["passwords-common"].map(String));

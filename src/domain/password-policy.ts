/**
 * The password policy: the reasons to refuse a password. Length counts, composition does not (NIST SP 800-63B-4
 * §3.1.1.2), and what an attacker would guess soon is refused.
 */
import type { PasswordPolicy } from "./ports/passwords.ts";
import type { z } from "zod";
import type { WeakPasswordReason } from "../contract/password-policy.ts";

export type PasswordWeakness = z.output<typeof WeakPasswordReason>;

/** The name of this program, which is among the first guesses, whatever the service is called. */
const PROGRAM_NAME = "portcullis";
/** A shorter local part ("al@…") or word of a name would refuse half of all passwords by accident. Code points. */
const IDENTIFIER_MIN_LENGTH = 4;
/**
 * A password that is guessed sooner is refused. Below it, zxcvbn calls a password safe at most from guessing over
 * a network (D. Wheeler, USENIX Security 2016, §5); from it on, a stolen hash of the default cost takes a core
 * years. Guesses.
 */
export const GUESSES_MIN = 10 ** 8;
/** The part of a password whose guesses are counted: the work grows with the square of the length. Code points. */
const COUNTED_CODE_POINTS = 100;
/**
 * Code points that have no character yet, noncharacters included. A later Unicode version may give one a
 * decomposition, and NFKC, which comes before the hash, would then make another password of it: after an
 * upgrade of Node its owner could not log in (PW-13).
 */
const UNASSIGNED = /\p{Cn}/u;

/** Finds every reason to refuse the password by looking at it; none where it may be good. Signup, change and reset ask it alike (PW-04). */
export function findWeaknesses(
  password: string,
  email: string,
  policy: PasswordPolicy,
): PasswordWeakness[] {
  const normal = password.normalize("NFKC");
  const folded = normal.toLowerCase();
  const length = [...normal].length;
  const weaknesses: PasswordWeakness[] = [];
  if (length < policy.minLength) weaknesses.push("too_short");
  if (length > policy.maxLength) weaknesses.push("too_long");
  if (policy.isCommon(folded)) weaknesses.push("too_common");
  if (identifiersOf(email, policy).some((identifier) => containsIdentifier(folded, identifier)))
    weaknesses.push("contains_identifier");
  if (UNASSIGNED.test(password)) weaknesses.push("unassigned_character");
  return weaknesses;
}

/**
 * Tells whether the password of this account would be guessed soon (PW-14). Costs a worker some milliseconds, so it
 * is asked of a password that has no other weakness; `"overloaded"` where too many wait (IV-07).
 */
export async function isGuessable(
  password: string,
  email: string,
  policy: PasswordPolicy,
): Promise<boolean | "overloaded"> {
  const counted = [...password.normalize("NFKC")].slice(0, COUNTED_CODE_POINTS).join("");
  const guesses = await policy.countGuesses(counted, identifiersOf(email, policy));
  return guesses === "overloaded" ? guesses : guesses < GUESSES_MIN;
}

/**
 * Tells whether the password is known from breaches (PW-15), as it was typed or in the form that is hashed: attackers
 * try these first, whatever they look like. Only of a password that has no other weakness.
 */
export async function isKnownFromBreaches(
  password: string,
  { isBreached }: PasswordPolicy,
): Promise<boolean> {
  const spellings = new Set([password, password.normalize("NFKC")]);
  const found = await Promise.all(Array.from(spellings, (spelling) => isBreached(spelling)));
  return found.includes(true);
}

function identifiersOf(email: string, { serviceName }: PasswordPolicy): string[] {
  const localPart = email.slice(0, email.lastIndexOf("@"));
  return [email, localPart, PROGRAM_NAME, ...namesOf(serviceName)];
}

/** The name as it stands and in one word, and each word of it: what somebody tries who reads it on a page. */
function namesOf(serviceName: string): string[] {
  const folded = serviceName.normalize("NFKC").toLowerCase();
  const words = folded.split(/[^\p{L}\p{M}\p{N}]+/u);
  const names = new Set([folded, words.join(""), ...words]);
  return [...names].filter((name) => [...name].length >= IDENTIFIER_MIN_LENGTH);
}

/** A long passphrase may mention a name; a password that is mostly the name, once or repeated, may not (PW-07). */
function containsIdentifier(password: string, identifier: string): boolean {
  if (identifier.length < IDENTIFIER_MIN_LENGTH) return password === identifier;
  const rest = password.replaceAll(identifier, "");
  return rest !== password && rest.length < identifier.length;
}

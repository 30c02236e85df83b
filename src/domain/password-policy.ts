/** The password policy: the reasons to refuse a password. Length counts, composition does not (NIST SP 800-63B-4 §3.1.1.2). */
import type { PasswordPolicy } from "./ports/passwords.ts";
import type { z } from "zod";
import type { WeakPasswordReason } from "../contract/password-policy.ts";

export type PasswordWeakness = z.output<typeof WeakPasswordReason>;

/** The name of the service, which is among the first guesses. */
const SERVICE_NAME = "portcullis";
/** A shorter local part ("al@…") would refuse half of all passwords by accident. */
const IDENTIFIER_MIN_LENGTH = 4;

/** Finds every reason to refuse the password; none where it is good. Signup, change and reset ask it alike (PW-04). */
export function findWeaknesses(
  password: string,
  email: string,
  policy: PasswordPolicy,
): PasswordWeakness[] {
  const folded = password.normalize("NFKC").toLowerCase();
  const length = [...password.normalize("NFKC")].length;
  const weaknesses: PasswordWeakness[] = [];
  if (length < policy.minLength) weaknesses.push("too_short");
  if (length > policy.maxLength) weaknesses.push("too_long");
  if (policy.isCommon(folded)) weaknesses.push("too_common");
  if (identifiersOf(email).some((identifier) => containsIdentifier(folded, identifier)))
    weaknesses.push("contains_identifier");
  return weaknesses;
}

function identifiersOf(email: string): string[] {
  const localPart = email.slice(0, email.lastIndexOf("@"));
  return [email, localPart, SERVICE_NAME];
}

/** A long passphrase may mention a name; a password that is mostly the name may not (PW-07). */
function containsIdentifier(password: string, identifier: string): boolean {
  if (identifier.length < IDENTIFIER_MIN_LENGTH) return password === identifier;
  return password.includes(identifier) && password.length < identifier.length * 2;
}

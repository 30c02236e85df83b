/** Recovery codes as text: how they are made, shown, and read from what somebody typed. */
import { CROCKFORD, toBase32 } from "./base32.ts";
import { randomBytes } from "node:crypto";

/** 120 bits, 24 characters. From 112 bits on, ASVS 5.0 §6.5.2 takes a plain hash for what is stored. */
const CODE_BYTES = 15;
const CHARACTERS = 24;

/** Letters and digits of ASCII, before the case is changed: some letters of other scripts turn into ASCII by that. */
const TYPED = new RegExp(`^[0-9A-Za-z]{${CHARACTERS}}$`);
const ALL_KNOWN = new RegExp(`^[${CROCKFORD}]+$`);

/** A fresh recovery code: six groups of four characters, upper case, hyphens between them. Its hash is taken of this text. */
export function newRecoveryCode(): string {
  return grouped(toBase32(randomBytes(CODE_BYTES), CROCKFORD));
}

/**
 * The text that `newRecoveryCode` gave, from one that was copied by hand: in any case, with white space and hyphens
 * anywhere or nowhere, O for 0, and I or L for 1, as Crockford's base32 is read. Undefined for what is no code.
 */
export function normalRecoveryCode(text: string): string | undefined {
  const typed = text.replaceAll(/[\s-]/g, "");
  if (!TYPED.test(typed)) return undefined;
  const code = typed.toUpperCase().replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return ALL_KNOWN.test(code) ? grouped(code) : undefined;
}

function grouped(code: string): string {
  return code.replaceAll(/.{4}(?=.)/g, "$&-");
}

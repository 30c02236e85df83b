/** TOTP: the codes of an authenticator app (RFC 6238), six digits that change every 30 seconds. */
import { RFC_4648, toBase32 } from "./base32.ts";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 160 bits, as RFC 4226 §4 R6 recommends: as long as SHA-1's output. */
const SECRET_BYTES = 20;
/** The time step of RFC 6238 §5.2. Apps take it for granted, as they do SHA-1 and six digits. */
const STEP_MS = 30_000;
const DIGITS = 6;
/** Steps by which the clock of a phone may differ, either way: one, as RFC 6238 §5.2 recommends. */
const SKEW_STEPS = 1;

/** Digits of ASCII alone: `timingSafeEqual` throws on what has another number of bytes. */
const CODE = /^[0-9]{6}$/;

/** A fresh secret, 20 bytes. */
export function newTotpSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES);
}

/** A secret as people type it into an app: RFC 4648 §6 without padding, 32 characters for 20 bytes. */
export function base32Of(bytes: Uint8Array): string {
  return toBase32(bytes, RFC_4648);
}

/**
 * The URI that an app reads from a QR code. Its parts are percent-encoded, a space as %20: apps show a + as it is.
 * Algorithm, digits and period are the defaults of every app, and are left out: some refuse a URI that has them.
 * An issuer with a colon would be read as an issuer and an account; the settings refuse it.
 */
export function totpUri(of: { issuer: string; account: string; secret: Uint8Array }): string {
  const issuer = encodeURIComponent(of.issuer);
  const account = encodeURIComponent(of.account);
  return `otpauth://totp/${issuer}:${account}?secret=${base32Of(of.secret)}&issuer=${issuer}`;
}

/**
 * The step that `code` is of: the one at `now` (ms since the epoch), the one before or the one after; undefined where
 * it is of none. The time of it does not tell which: each is computed and compared. A code that is of two is of the
 * latest, so that whoever keeps the last step used has no earlier one left over (MF-03).
 */
export function stepOf(code: string, secret: Uint8Array, now: number): number | undefined {
  if (!CODE.test(code)) return undefined;
  const given = Buffer.from(code);
  const current = Math.floor(now / STEP_MS);
  let found: number | undefined;
  for (let step = current - SKEW_STEPS; step <= current + SKEW_STEPS; step += 1)
    found = timingSafeEqual(given, Buffer.from(codeAt(step, secret))) ? step : found;
  return found;
}

/** HOTP (RFC 4226 §5.3) of the number of steps since the epoch (RFC 6238 §4.2). */
function codeAt(step: number, secret: Uint8Array): string {
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const truncated = mac.readUInt32BE(mac.readUInt8(mac.length - 1) & 0xf) & 0x7fffffff;
  return String(truncated % 10 ** DIGITS).padStart(DIGITS, "0");
}

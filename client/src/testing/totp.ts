/** Codes of authenticator apps (RFC 6238), by the web's own cryptography: Node and browsers have it. */

/** RFC 4648 §6. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_CHARACTERS = 32;
const STEP_MS = 30_000;

/** 160 bits in base32. */
export function newTotpSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_CHARACTERS));
  return Array.from(bytes, (byte) => BASE32.charAt(byte % 32)).join("");
}

/** The step at that time, with the one before and the one after, the earliest first. */
export function goodSteps(now: number): readonly [number, number, number] {
  const current = Math.floor(now / STEP_MS);
  return [current - 1, current, current + 1];
}

/** The latest step that the code is of, of those good now; undefined where it is of none. */
export async function stepOf(
  code: string,
  secret: string,
  now: number,
): Promise<number | undefined> {
  const wanted = code.replaceAll(" ", "");
  const steps = [...goodSteps(now)].reverse();
  const codes = await Promise.all(steps.map((step) => codeAt(step, secret)));
  return steps[codes.indexOf(wanted)];
}

/** HOTP (RFC 4226 §5.3) of the number of steps since the epoch. */
export async function codeAt(step: number, secret: string): Promise<string> {
  const hash = { name: "HMAC", hash: "SHA-1" };
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), hash, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  const truncated = mac.getUint32(mac.getUint8(mac.byteLength - 1) & 0xf) & 0x7fff_ffff;
  return String(truncated % 1_000_000).padStart(6, "0");
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  const bits = Array.from(secret.toUpperCase(), (character) =>
    BASE32.indexOf(character).toString(2).padStart(5, "0"),
  ).join("");
  const bytes = bits.match(/[01]{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => parseInt(byte, 2));
}

/** Base32: five bits a character, for secrets that people type. */

const BITS_OF_A_CHARACTER = 5;
const LARGEST = 2 ** BITS_OF_A_CHARACTER - 1;

/** The characters of RFC 4648 §6, as authenticator apps read them. */
export const RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The characters of Douglas Crockford's base32, without those that are mistaken for others: I, L, O and U. */
export const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `bytes` in the 32 characters of `alphabet`, without padding. Zeros fill the last character up. */
export function toBase32(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= BITS_OF_A_CHARACTER) {
      bits -= BITS_OF_A_CHARACTER;
      text += alphabet.charAt((held >> bits) & LARGEST);
    }
  }
  if (bits > 0) text += alphabet.charAt((held << (BITS_OF_A_CHARACTER - bits)) & LARGEST);
  return text;
}

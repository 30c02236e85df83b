/** Decodes the labels of domains in other scripts. The URL parser encodes them, and lets pass what it could not have made. */

/** RFC 3492 §5, the parameters for domain names. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_CODE_POINT = 0x80;
const LAST_CODE_POINT = 0x10ffff;

/** Decodes what follows `xn--` (RFC 3492 §6.2); undefined where it is no encoding of anything. Lower case. */
export function decodePunycode(encoded: string): string | undefined {
  const delimiter = encoded.lastIndexOf("-");
  const output = Array.from(encoded.slice(0, Math.max(delimiter, 0)));
  let codePoint = INITIAL_CODE_POINT;
  let bias = INITIAL_BIAS;
  let place = 0;
  let at = delimiter + 1;
  while (at < encoded.length) {
    const before = place;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitOf(encoded[at]);
      if (digit === undefined) return undefined;
      at += 1;
      place += digit * weight;
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = output.length + 1;
    bias = adapt(place - before, length, before === 0);
    codePoint += Math.floor(place / length);
    if (codePoint > LAST_CODE_POINT) return undefined;
    place %= length;
    output.splice(place, 0, String.fromCodePoint(codePoint));
    place += 1;
  }
  return output.join("");
}

function digitOf(character: string | undefined): number | undefined {
  if (character === undefined || !/[a-z0-9]/.test(character)) return undefined;
  const code = character.charCodeAt(0);
  return code <= 0x39 ? code - 0x30 + 26 : code - 0x61;
}

/** RFC 3492 §6.1. */
function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}

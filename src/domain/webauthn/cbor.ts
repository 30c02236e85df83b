/**
 * A reader of CBOR (RFC 8949), as far as CTAP2 writes it: integers and lengths of 32 bits, no tags, no floats, nothing
 * of indefinite length. Everything else is undefined, and no input makes it throw.
 *
 * CTAP2's canonical form is not demanded: longer spellings of a number and other orders of a map are taken. It binds
 * authenticators, and some in the field do not keep to it; nothing here compares the encoded bytes, so that a second
 * spelling gains nobody anything. A name twice in one map is refused: two readers could believe two values.
 */

export type CborValue = number | string | boolean | null | Buffer | readonly CborValue[] | CborMap;

export type CborMap = ReadonlyMap<number | string, CborValue>;

export interface CborItem {
  readonly value: CborValue;
  /** The offset of the byte after it. */
  readonly end: number;
}

/**
 * CTAP2 nests four deep. An attestation object adds its own map, and a compound attestation (WebAuthn Level 3 §8.9)
 * an array and a map.
 */
const MAX_DEPTH = 8;

/** Reads the one item that begins at `start`, or undefined. Bytes after it are the caller's to judge. */
export function readCbor(bytes: Buffer, start: number): CborItem | undefined {
  return readItem(bytes, start, MAX_DEPTH);
}

function readItem(bytes: Buffer, start: number, depth: number): CborItem | undefined {
  const head = readHead(bytes, start);
  if (head === undefined || depth === 0) return undefined;
  const { major, argument, end } = head;
  switch (major) {
    case 0:
      return { value: argument, end };
    case 1:
      return { value: -1 - argument, end };
    case 2:
    case 3:
      return readString(bytes, head);
    case 4:
      return readArray(bytes, head, depth);
    case 5:
      return readMap(bytes, head, depth);
    case 7:
      return readSimple(head);
    default:
      return undefined; // a tag
  }
}

interface Head {
  readonly major: number;
  /** The low five bits of the first byte. */
  readonly short: number;
  readonly argument: number;
  readonly end: number;
}

/** Reads the type and the number that each item begins with (RFC 8949 §3). */
function readHead(bytes: Buffer, start: number): Head | undefined {
  const first = bytes[start];
  if (first === undefined) return undefined;
  const major = first >> 5;
  const short = first & 0x1f;
  const at = start + 1;
  if (short < 24) return { major, short, argument: short, end: at };
  const size = { 24: 1, 25: 2, 26: 4 }[short]; // 27 is 64 bits, 31 an indefinite length, the others are reserved
  if (size === undefined || at + size > bytes.length) return undefined;
  return { major, short, argument: bytes.readUIntBE(at, size), end: at + size };
}

function readString(bytes: Buffer, { major, argument, end: at }: Head): CborItem | undefined {
  const end = at + argument;
  if (end > bytes.length) return undefined;
  const value = bytes.subarray(at, end);
  if (major === 2) return { value, end };
  const text = value.toString("utf8");
  // Invalid UTF-8 becomes U+FFFD, which makes names equal that are not.
  return Buffer.from(text).equals(value) ? { value: text, end } : undefined;
}

function readArray(bytes: Buffer, head: Head, depth: number): CborItem | undefined {
  const items: CborValue[] = [];
  let end = head.end;
  for (let left = head.argument; left > 0; left -= 1) {
    const item = readItem(bytes, end, depth - 1); // each takes a byte at least, so a lie about the count ends soon
    if (item === undefined) return undefined;
    items.push(item.value);
    end = item.end;
  }
  return { value: items, end };
}

function readMap(bytes: Buffer, head: Head, depth: number): CborItem | undefined {
  const map = new Map<number | string, CborValue>(); // and no object: `__proto__` is a name like any other
  let end = head.end;
  for (let left = head.argument; left > 0; left -= 1) {
    const name = readItem(bytes, end, depth - 1);
    if (name === undefined) return undefined;
    const item = readItem(bytes, name.end, depth - 1);
    if (item === undefined) return undefined;
    const key = name.value;
    if ((typeof key !== "number" && typeof key !== "string") || map.has(key)) return undefined;
    map.set(key, item.value);
    end = item.end;
  }
  return { value: map, end };
}

function readSimple({ short, end }: Head): CborItem | undefined {
  if (short === 20 || short === 21) return { value: short === 21, end };
  return short === 22 ? { value: null, end } : undefined;
}

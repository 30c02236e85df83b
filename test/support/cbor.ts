/** A writer of CBOR, for what an authenticator sends. */

export type Writable =
  | number
  | boolean
  | null
  | string
  | Uint8Array
  | readonly Writable[]
  | ReadonlyMap<number | string, Writable>
  | { readonly [name: string]: Writable };

/** Writes numbers, lengths and counts in their shortest form, and maps in the order they have. */
export function cbor(value: Writable): Buffer {
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === "boolean") return Buffer.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  return structure(value);
}

function structure(value: Exclude<Writable, number | boolean | null | string>): Buffer {
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) {
    const items = value as readonly Writable[];
    return Buffer.concat([head(4, items.length), ...items.map(cbor)]);
  }
  const pairs =
    value instanceof Map
      ? [...(value as ReadonlyMap<number | string, Writable>)]
      : Object.entries(value as { readonly [name: string]: Writable });
  return Buffer.concat([head(5, pairs.length), ...pairs.flat().map(cbor)]);
}

/** The type and the number that each item begins with. */
export function head(major: number, argument: number): Buffer {
  const first = major << 5;
  if (argument < 24) return Buffer.of(first | argument);
  const size = argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : 4;
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = first | { 1: 24, 2: 25, 4: 26 }[size];
  bytes.writeUIntBE(argument, 1, size);
  return bytes;
}

import { expect, it } from "vitest";
import { readCbor } from "../../../src/domain/webauthn/cbor.ts";
import { cbor } from "../../support/cbor.ts";

const read = (hex: string) => readCbor(Buffer.from(hex, "hex"), 0);

/** As RFC 8949, Appendix A, has them. */
it.each<[string, unknown]>([
  ["00", 0],
  ["17", 23],
  ["1818", 24],
  ["1903e8", 1000],
  ["1a000f4240", 1_000_000],
  ["20", -1],
  ["3863", -100],
  ["3903e7", -1000],
  ["1affffffff", 2 ** 32 - 1],
  ["3affffffff", -(2 ** 32)],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["40", Buffer.of()],
  ["4401020304", Buffer.of(1, 2, 3, 4)],
  ["60", ""],
  ["6449455446", "IETF"],
  ["64f0908591", "\u{10151}"],
  ["80", []],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  ["a0", new Map()],
  ["a201020304", new Map([[1, 2], [3, 4]])], // prettier-ignore
  ["a26161016162820203", new Map<string, unknown>([["a", 1], ["b", [2, 3]]])], // prettier-ignore
])("reads %s", (hex, value) => {
  expect(read(hex)).toEqual({ value, end: hex.length / 2 });
});

it.each([
  ["a number in a longer form", "1801", 1],
  ["a length in the longest", "5a0000000161", Buffer.from("a")],
  ["a map in another order", "a203040102", new Map([[1, 2], [3, 4]])], // prettier-ignore
  ["1 and the text 1 in one map", "a201026131 03".replace(" ", ""), new Map<unknown, unknown>([[1, 2], ["1", 3]])], // prettier-ignore
  ["__proto__ as a name like any other", "a1695f5f70726f746f5f5f01", new Map([["__proto__", 1]])],
])("takes %s", (_, hex, value) => {
  expect(read(hex)?.value).toEqual(value);
});

it.each([
  ["nothing", ""],
  ["a head without its number", "18"],
  ["a head with half its number", "1901"],
  ["64 bits", "1b0000000000000001"],
  ["64 bits of length", "5b000000000000000161"],
  ["a string that ends early", "44010203"],
  ["a string of 4 GiB", "5affffffff00"],
  ["an array that ends early", "8201"],
  ["an array of 4 billion", "9affffffff00"],
  ["a map that ends early", "a20102"],
  ["a map that ends after a name", "a101"],
  ["a map of 4 billion", "baffffffff"],
  ["a name twice", "a201020103"],
  ["a name twice, in two forms", "a20102180103"],
  ["bytes as a name", "a1416101"],
  ["a list as a name", "a18001"],
  ["true as a name", "a1f501"],
  ["null as a name", "a1f601"],
  ["text that is no UTF-8", "61ff"],
  ["half of a surrogate pair", "63eda080"],
  ["an indefinite string", "5f4101ff"],
  ["an indefinite text", "7f6161ff"],
  ["an indefinite array", "9f01ff"],
  ["an indefinite map", "bf0102ff"],
  ["a break", "ff"],
  ["a tag", "c001"],
  ["a float of 16 bits", "f93c00"],
  ["a float of 32 bits", "fa47c35000"],
  ["a float of 64 bits", "fb3ff199999999999a"],
  ["undefined", "f7"],
  ["a simple value", "f0"],
  ["a simple value of a byte", "f8ff"],
  ["a reserved length", "1c"],
])("refuses %s", (_, hex) => {
  expect(read(hex)).toBeUndefined();
});

it("reads eight deep, and no deeper, in any nesting", () => {
  const nested = (depth: number) => `${"81".repeat(depth - 1)}00`;
  expect(read(nested(8))?.end).toBe(8);
  expect(read(nested(9))).toBeUndefined();
  expect(read("81".repeat(60_000))).toBeUndefined();
  expect(read("a101".repeat(30_000))).toBeUndefined();
});

it("reads from where it is told to, and says where the item ends", () => {
  const bytes = Buffer.concat([cbor(1), cbor({ a: 1 }), cbor(2)]);
  expect(readCbor(bytes, 1)).toEqual({ value: new Map([["a", 1]]), end: 5 });
  for (const start of [6, 7, -1, 2 ** 32]) expect(readCbor(bytes, start)).toBeUndefined();
});

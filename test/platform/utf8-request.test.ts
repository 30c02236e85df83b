import { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { Utf8Request } from "../../src/platform/utf8-request.ts";

/** Reads a body that arrives in these pieces. */
async function readingOf(...pieces: readonly Uint8Array[]): Promise<string> {
  const request = new Utf8Request(new Socket());
  for (const piece of pieces) request.push(Buffer.from(piece));
  request.push(null);
  return text(request);
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

const word = '"grüße, 港, 🌊, \ufffd"';
const bytes = Buffer.from(word);
const cuts = Array.from({ length: bytes.length + 1 }, (_, at) => at);

test("a body in UTF-8 arrives as it is, wherever it is cut", async () => {
  expect(await readingOf(bytes)).toBe(word);
  for (const at of cuts)
    expect(await readingOf(bytes.subarray(0, at), bytes.subarray(at))).toBe(word);
  expect(await readingOf(...Array.from(bytes, (byte) => Buffer.of(byte)))).toBe(word);
});

test.each(["e9", "80", "c0af", "c1a1", "eda080", "f09f98", "f4908080", "ff", "c3"])(
  "IV-01 a body with the bytes %s is no JSON, wherever they stand and wherever it is cut",
  async (hex) => {
    for (const before of ['"a', '"港']) {
      const odd = Buffer.concat([Buffer.from(before), Buffer.from(hex, "hex"), Buffer.from('b"')]);
      expect(isJson(odd.toString())).toBe(true); // with U+FFFD in it
      for (let at = 0; at <= odd.length; at += 1)
        expect(isJson(await readingOf(odd.subarray(0, at), odd.subarray(at)))).toBe(false);
    }
    const half = Buffer.concat([Buffer.from("7 "), Buffer.from(hex, "hex")]);
    expect(isJson(await readingOf(half))).toBe(false);
  },
);

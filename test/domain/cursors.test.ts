import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { respell } from "../support/base64url.ts";
import { openCursor, sealCursor } from "../../src/domain/cursors.ts";

const key = createSecretKey(new Uint8Array(32).fill(1));
const position = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42";
const cursor = sealCursor(key, "users", position);

test("a cursor opens to the position it was sealed with", () => {
  expect(openCursor(key, "users", cursor)).toBe(position);
});

test("the cursor of one list, or of another key, is none of this list", () => {
  expect(openCursor(key, "events", cursor)).toBeUndefined();
  expect(openCursor(createSecretKey(new Uint8Array(32).fill(2)), "users", cursor)).toBeUndefined();
});

test("list and position cannot be shifted into each other", () => {
  expect(openCursor(key, "user", sealCursor(key, "users", "x"))).toBeUndefined();
  expect(openCursor(key, "users\0a", sealCursor(key, "users", "a\0b"))).toBeUndefined();
});

test("a cursor with any bit changed does not open", () => {
  const bytes = Buffer.from(cursor, "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    expect(openCursor(key, "users", changed.toString("base64url"))).toBeUndefined();
  }
});

test("another spelling of a cursor's bytes does not open", () => {
  const uneven = sealCursor(key, "users", "a"); // 17 bytes: the last character has spare bits
  const respelled = respell(uneven);
  expect(Buffer.from(respelled, "base64url")).toEqual(Buffer.from(uneven, "base64url"));
  expect(openCursor(key, "users", uneven)).toBe("a");
  for (const other of [
    respelled,
    `${uneven}=`,
    `${uneven}\n`,
    ` ${uneven}`,
    `${uneven.slice(0, 4)}.${uneven.slice(4)}`,
  ])
    expect(openCursor(key, "users", other)).toBeUndefined();
});

test.each(["", "A", "AAAA", "A".repeat(22), "A".repeat(512), "__proto__", "🌊"])(
  "%j is no cursor",
  (text) => {
    expect(openCursor(key, "users", text)).toBeUndefined();
  },
);

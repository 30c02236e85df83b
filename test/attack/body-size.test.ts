/** IV-04: 16 KiB, counted in bytes as they arrive. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeOf, expectSound } from "../support/answers.ts";
import { PASSWORD, startTarget, type Target } from "../support/in-process-server.ts";

const LIMIT = 16 * 1024;
let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.stop());

/** A body of exactly `bytes` bytes that would make an account. */
function bodyOf(bytes: number, filler = " "): Buffer {
  const body = Buffer.from(JSON.stringify({ email: target.freshEmail(), password: PASSWORD }));
  return Buffer.concat([Buffer.from(filler.repeat(bytes - body.length)), body]);
}
const json = { "content-type": "application/json" };
const chunked = { ...json, "transfer-encoding": "chunked" };

test.each([
  ["declared", json],
  ["chunked", chunked],
])("IV-04 a body of exactly 16 KiB is read (%s)", async (_, headers) => {
  expect((await target.send("POST", "/signup", headers, bodyOf(LIMIT))).status).toBe(201);
});

test.each([
  ["declared", json],
  ["chunked", chunked],
])("IV-04 a body of one byte more is refused and changes nothing (%s)", async (_, headers) => {
  const before = target.state();
  const answer = await target.send("POST", "/signup", headers, bodyOf(LIMIT + 1));
  expectSound(answer);
  expect(codeOf(answer)).toBe("413 payload_too_large");
  expect(target.state()).toBe(before);
});

test("IV-04 it is bytes that count, not characters", async () => {
  const text = JSON.stringify({ email: "a@example.com", password: "密".repeat(5500) });
  expect(text.length).toBeLessThan(LIMIT);
  const answer = await target.send("POST", "/signup", json, text);
  expect(codeOf(answer)).toBe("413 payload_too_large");
});

test("IV-04 a body far over the limit is refused before it has all arrived", async () => {
  const head =
    "POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n";
  const answer = await target.wire(head + " ".repeat(LIMIT + 1));
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("IV-04 a body declared longer than it is, and cut off, makes no account", async () => {
  const before = target.state();
  const body = bodyOf(200);
  const head = `POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length + 10}\r\n\r\n`;
  expect(await target.wire(Buffer.concat([Buffer.from(head), body]))).toBe("");
  expect(target.state()).toBe(before);
});

test("bytes that are no UTF-8 give no 5xx", async () => {
  for (const bytes of [
    [0xff],
    [0xc0, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
  ]) {
    const email = Buffer.concat([
      Buffer.from('{"email":"a'),
      Buffer.from(bytes),
      Buffer.from('@example.com","password":"'),
    ]);
    const answer = await target.send(
      "POST",
      "/login",
      json,
      Buffer.concat([email, Buffer.from(`${PASSWORD}"}`)]),
    );
    expectSound(answer);
    expect(answer.status).toBeLessThan(500);
  }
});

/** IV-04: 16 KiB, counted in bytes as they arrive. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import { codeOf, expectSoundAnswer } from "../support/sound-answer.ts";

const LIMIT = 16 * 1024;
let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcessServer();
});
afterAll(() => server.stop());

/** A body of exactly `bytes` bytes that would make an account. */
function bodyOf(bytes: number, filler = " "): Buffer {
  const body = Buffer.from(JSON.stringify({ email: server.freshEmail(), password: PASSWORD }));
  return Buffer.concat([Buffer.from(filler.repeat(bytes - body.length)), body]);
}
const json = { "content-type": "application/json" };
const chunked = { ...json, "transfer-encoding": "chunked" };

test.each([
  ["declared", json],
  ["chunked", chunked],
])("IV-04 a body of exactly 16 KiB is read (%s)", async (_, headers) => {
  expect((await server.send("POST", "/signup", headers, bodyOf(LIMIT))).status).toBe(201);
});

test.each([
  ["declared", json],
  ["chunked", chunked],
])("IV-04 a body of one byte more is refused and changes nothing (%s)", async (_, headers) => {
  const before = server.state();
  const answer = await server.send("POST", "/signup", headers, bodyOf(LIMIT + 1));
  expectSoundAnswer(answer);
  expect(codeOf(answer)).toBe("413 payload_too_large");
  expect(server.state()).toBe(before);
});

test("IV-04 the limit of a body counts bytes, not characters", async () => {
  const text = JSON.stringify({ email: "a@example.com", password: "密".repeat(5500) });
  expect(text.length).toBeLessThan(LIMIT);
  const answer = await server.send("POST", "/signup", json, text);
  expect(codeOf(answer)).toBe("413 payload_too_large");
});

test("IV-04 a body far over the limit is refused before it has all arrived", async () => {
  const head =
    "POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n";
  const answer = await server.wire(head + " ".repeat(LIMIT + 1));
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("IV-04 a body declared longer than it is, and cut off, makes no account", async () => {
  const before = server.state();
  const body = bodyOf(200);
  const head = `POST /signup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length + 10}\r\n\r\n`;
  expect(await server.wire(Buffer.concat([Buffer.from(head), body]))).toBe("");
  expect(server.state()).toBe(before);
});

test("a body that is no UTF-8 gives no 5xx", async () => {
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
    const answer = await server.send(
      "POST",
      "/login",
      json,
      Buffer.concat([email, Buffer.from(`${PASSWORD}"}`)]),
    );
    expectSoundAnswer(answer);
    expect(answer.status).toBeLessThan(500);
  }
});

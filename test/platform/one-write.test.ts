import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { OneWriteResponse } from "../../src/platform/one-write.ts";

/** Keeps what it is given, piece by piece, instead of sending it. */
class RecordingSocket extends Socket {
  readonly pieces: string[] = [];

  override _write(piece: unknown, _: BufferEncoding, done: () => void): void {
    this.pieces.push(String(piece));
    done();
  }

  override _writev(pieces: readonly { readonly chunk: unknown }[], done: () => void): void {
    for (const { chunk } of pieces) this.pieces.push(String(chunk));
    done();
  }
}

function open() {
  const socket = new RecordingSocket();
  const response = new OneWriteResponse(new IncomingMessage(socket));
  response.assignSocket(socket);
  return { response, pieces: socket.pieces };
}

test("a text answer reaches the socket in one piece with its headers", async () => {
  const { response, pieces } = open();
  response.writeHead(200, ["content-length", "7"]);
  response.write("grüße");
  response.end();
  await once(response, "finish");
  expect(pieces).toHaveLength(1);
  expect(pieces[0]).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-length: 7\r\n[^]*\r\n\r\ngrüße$/);
});

test("the pieces of an answer keep their order, whatever kind they are", async () => {
  const { response, pieces } = open();
  response.writeHead(200, ["content-length", "4"]);
  response.write("a");
  response.write("b");
  response.write(Buffer.from("c"), () => undefined);
  response.end("d");
  await once(response, "finish");
  expect(pieces.join("").split("\r\n\r\n")[1]).toBe("abcd");
});

test("the bytes of a streamed answer do not wait for the next ones, nor does a text after them", async () => {
  const { response, pieces } = open();
  response.writeHead(200, ["content-length", "9"]);
  response.write(Buffer.from("first"));
  response.write("next");
  await new Promise(setImmediate);
  expect(pieces.join("")).toMatch(/firstnext$/);
});

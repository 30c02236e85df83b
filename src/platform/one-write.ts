/** An answer of text leaves in one write to the socket, headers and body together. */
import { type IncomingMessage, ServerResponse } from "node:http";

/**
 * For an answer that is text srvx calls `write` with all of it and then, in the same breath, `end`. Node
 * makes two chunks of that, which costs 1.5 to 2 µs of the 23 that `GET /healthz` takes. Here such a text
 * waits for the `end` that follows it, and Node is given both at once. Only a first string is held, with
 * nothing else given: what is streamed comes as bytes, and is written when it comes.
 */
export class OneWriteResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  #held: string | undefined;
  #isBegun = false;

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (isFirst && typeof chunk === "string" && rest.length === 0) {
      this.#held = chunk;
      return true;
    }
    this.#writeHeld();
    return super.write(chunk, ...(rest as [])); // one of Node's overloads, as it came
  }

  override end(...given: unknown[]): this {
    if (this.#held !== undefined && given.length === 0) {
      const text = this.#held;
      this.#held = undefined;
      return super.end(text);
    }
    this.#writeHeld();
    return super.end(...(given as [])); // likewise
  }

  #writeHeld(): void {
    const text = this.#held;
    this.#held = undefined;
    if (text !== undefined) super.write(text);
  }
}

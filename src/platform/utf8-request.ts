/** A body that is not UTF-8 is not JSON (RFC 8259 §8.1), and stays so until it is parsed. */
import { isUtf8 } from "node:buffer";
import { IncomingMessage } from "node:http";

/** A byte that no JSON text holds. */
const NO_JSON = 0;

/**
 * Whoever decodes a body puts U+FFFD in the place of each byte that is no UTF-8, and then it parses: of
 * clients that send ISO 8859-1, "café" and "cafè" would be one password. Here such bytes become what no
 * parser takes, as they arrive and as many as they are. Half a character at the very end needs nothing: no
 * JSON ends with one. Looking costs nothing beside the parsing; decoding, which only says the same, is for
 * bodies whose pieces end within a character.
 */
export class Utf8Request extends IncomingMessage {
  /** Since a piece that is no UTF-8 by itself. */
  #decoder: TextDecoder | undefined;

  override push(piece: unknown, encoding?: BufferEncoding): boolean {
    if (piece instanceof Uint8Array && !this.#isText(piece)) piece.fill(NO_JSON);
    return super.push(piece, encoding);
  }

  #isText(piece: Uint8Array): boolean {
    if (this.#decoder === undefined && isUtf8(piece)) return true;
    this.#decoder ??= new TextDecoder("utf-8", { fatal: true });
    try {
      this.#decoder.decode(piece, { stream: true });
      return true;
    } catch {
      return false;
    }
  }
}

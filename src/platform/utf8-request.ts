/** A body that is not UTF-8 is not JSON (RFC 8259 §8.1), and stays so until it is parsed. */
import { isUtf8 } from "node:buffer";
import { IncomingMessage } from "node:http";

/** A byte that no JSON text holds. */
const NO_JSON = 0;

/**
 * Whoever decodes a body puts U+FFFD in the place of each byte that is no UTF-8, and then it parses: of
 * clients that send ISO 8859-1, "café" and "cafè" would be one password. Here such bytes become what no
 * parser takes, as they arrive and as many as they are. Looking costs nothing beside the parsing; decoding
 * once more, which only says the same, is for bodies that come in pieces.
 */
export class Utf8Request extends IncomingMessage {
  /** Since a piece that is no UTF-8 by itself: it may end within a character. */
  #decoder: TextDecoder | undefined;

  override push(piece: unknown, encoding?: BufferEncoding): boolean {
    if (piece instanceof Uint8Array) {
      if (!this.#isText(piece)) piece.fill(NO_JSON);
    } else if (piece === null && !this.#isEnded()) {
      super.push(Buffer.of(NO_JSON));
    }
    return super.push(piece, encoding);
  }

  #isText(piece: Uint8Array): boolean {
    if (this.#decoder === undefined && isUtf8(piece)) return true;
    this.#decoder ??= new TextDecoder("utf-8", { fatal: true });
    return decodes(this.#decoder, piece);
  }

  /** Whether no character is left half. */
  #isEnded(): boolean {
    return this.#decoder === undefined || decodes(this.#decoder);
  }
}

function decodes(decoder: TextDecoder, piece?: Uint8Array): boolean {
  try {
    decoder.decode(piece, { stream: piece !== undefined });
    return true;
  } catch {
    return false;
  }
}

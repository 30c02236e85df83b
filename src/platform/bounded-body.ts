/**
 * A request whose body is bounded, and is text where it is UTF-8 alone: what the listener does as bytes arrive, for a
 * request that somebody else's server has received.
 */

/** The name by which srvx calls a body that outgrew its limit (IV-04). */
const TOO_LARGE = "ERR_BODY_TOO_LARGE";
/** A text that is no JSON: in place of a body that is no UTF-8 (RFC 8259 §8.1). */
const NO_JSON = "\0";

class BodyTooLargeError extends Error {
  readonly code = TOO_LARGE;
}

/**
 * The request as it is, but for `text()`, which rejects past `maxBytes` and reads no further. Not a new Request: that would
 * lose what the host's own knows.
 */
export function withBoundedBody(request: Request, maxBytes: number): Request {
  if (request.body === null) return request;
  return new Proxy(request, {
    get(target, key) {
      if (key === "text") return () => readText(target, maxBytes);
      const value: unknown = Reflect.get(target, key, target);
      const own: unknown = typeof value === "function" ? value.bind(target) : value;
      return own;
    },
  });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const reader: Reader | undefined = request.body?.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value: piece } = (await reader?.read()) ?? { value: undefined };
    if (piece === undefined) break;
    size += piece.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      throw new BodyTooLargeError("The body is too large");
    }
    pieces.push(piece);
  }
  try {
    return decoder.decode(Buffer.concat(pieces));
  } catch {
    return NO_JSON;
  }
}

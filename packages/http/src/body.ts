/** The result of reading a body as JSON: its value (`undefined` for an empty body), or not JSON. */
export type JsonBody = { ok: true; value: unknown } | { ok: false };

/**
 * Reads a request's body as JSON; a byte order mark before it is skipped, as RFC 8259 §8.1 allows. Only text
 * that is not JSON is an outcome; a stream that fails (the client went away, the server's size limit)
 * rejects, for it says nothing about the input.
 */
export async function readJson(request: Request): Promise<JsonBody> {
  const text = withoutByteOrderMark(await request.text());
  if (text === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // The SyntaxError quotes the body, which may hold a secret: it goes no further.
    return { ok: false };
  }
}

/** `text()` of the platform drops it, and that of servers with a `Request` of their own does not. */
function withoutByteOrderMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

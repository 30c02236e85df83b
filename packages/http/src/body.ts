/** The result of reading a body as JSON: its value (`undefined` for an empty body), or not JSON. */
export type JsonBody = { ok: true; value: unknown } | { ok: false };

/**
 * Reads a request's body as JSON. Only text that is not JSON is an outcome; a stream that fails (the
 * client went away, the server's size limit) rejects, for it says nothing about the input.
 */
export async function readJson(request: Request): Promise<JsonBody> {
  const text = await request.text();
  if (text === "") return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    // The SyntaxError quotes the body, which may hold a secret: it goes no further.
    return { ok: false };
  }
}

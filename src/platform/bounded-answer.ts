/** The body of an answer from elsewhere, in bounded memory whatever is sent: 304 bytes of Brotli make 200 MB. */

/** The whole body, decoded; undefined where it is longer, and then the rest is not read. */
export async function readBounded(
  response: Response,
  maxBytes: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  const reader = response.body?.getReader();
  let bytes = 0;
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) return Buffer.concat(parts);
    bytes += part.value.byteLength;
    parts.push(part.value);
    if (bytes > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
  }
}

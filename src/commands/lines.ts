/** Lines of a stream of bytes, in bounded memory whatever the stream holds. */

export interface Line {
  /** From 1, as editors count. */
  readonly number: number;
  /** Without the LF; empty where the line is too long. */
  readonly bytes: Uint8Array;
  readonly isTooLong: boolean;
  /** The offset in the stream where the line ends. Bytes. */
  readonly endsAt: number;
}

const NEWLINE = 0x0a;
const NOTHING = new Uint8Array();

/** Splits at LF. Keeps nothing of a line longer than `maxBytes`, so that a file without any LF needs no more memory. */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Line> {
  let rest: Uint8Array = NOTHING;
  let isTooLong = false;
  let number = 0;
  let readBytes = 0;

  const line = (bytes: Uint8Array, endsAt: number): Line => {
    const whole = Buffer.concat([rest, bytes]);
    const tooLong = isTooLong || whole.length > maxBytes;
    rest = NOTHING;
    isTooLong = false;
    return { number: (number += 1), bytes: tooLong ? NOTHING : whole, isTooLong: tooLong, endsAt };
  };

  for await (const chunk of stream) {
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end !== -1;
      start = end + 1, end = chunk.indexOf(NEWLINE, start)
    )
      yield line(chunk.subarray(start, end), readBytes + end + 1);
    readBytes += chunk.length;
    isTooLong ||= rest.length + chunk.length - start > maxBytes;
    rest = isTooLong ? NOTHING : Buffer.concat([rest, chunk.subarray(start)]);
  }
  if (rest.length > 0 || isTooLong) yield line(NOTHING, readBytes);
}

/**
 * Looks in the downloaded list of Pwned Passwords: lines of `<SHA-1>:<count>`, in the order of the hashes. It has some
 * 40 GB, so it is searched where it lies, and of it some forty blocks are read for a password.
 */
import { type FileHandle, open } from "node:fs/promises";
import { type BreachSource, SourceFault } from "./source.ts";

/** A hash, a colon, a count, CR and LF, with room. Bytes. */
const LINE_MAX_BYTES = 96;
/** From this on, all that is left is read at once. Bytes. */
const BLOCK_BYTES = 4_096;
const NEWLINE = 0x0a;
const LINE = /^([0-9A-Fa-f]{40})(?::[0-9]{1,12})?\r?$/;
/** Places at which the order is looked at as the file is opened: a list by count is in no order at one in two of them. */
const SAMPLES = 64;

/** The file is no such list; the message says why. */
export class BreachedFileError extends Error {
  override readonly name = "BreachedFileError";
}

/** Opens the list, and looks at some places of it. Rejects with a `BreachedFileError`. */
export async function openBreachedFile(path: string): Promise<BreachSource> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new BreachedFileError("cannot be opened", { cause: error });
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new BreachedFileError("is no file");
    await demandOrder(file, status.size);
    return {
      name: "file",
      has: (hash) => find(file, status.size, hash),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function demandOrder(file: FileHandle, size: number): Promise<void> {
  let last = "";
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const place = Math.floor((size / SAMPLES) * sample);
    const line = await lineFrom(file, place, size).catch(() => "malformed" as const);
    if (line === undefined && sample > 0) continue;
    if (line === undefined || line === "malformed")
      throw new BreachedFileError("does not have lines of <SHA-1>:<count>");
    if (line.hash < last) throw new BreachedFileError("is not in the order of its hashes");
    last = line.hash;
  }
}

/** The invariant: a line with the hash begins at `low` or after it, and before `high`; and a line begins at `low`. */
async function find(file: FileHandle, size: number, hash: string): Promise<boolean> {
  let low = 0;
  let high = size;
  while (high - low > BLOCK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineFrom(file, middle, high);
    if (line?.hash === hash) return true;
    if (line !== undefined && line.hash < hash) low = line.start;
    else high = middle; // no line begins between there and the one that was found
  }
  const hashes = await hashesFrom(file, low, high - low + LINE_MAX_BYTES);
  return hashes.includes(hash);
}

/** The hashes of the lines that end within so many bytes. Of what is no list, the absence of a hash says nothing. */
async function hashesFrom(file: FileHandle, start: number, length: number): Promise<string[]> {
  const bytes = await read(file, start, length);
  const lines = bytes.toString("latin1").split("\n");
  const last = lines.pop();
  if (bytes.length < length && last) lines.push(last); // the file ends there
  const hashes = lines.map((line) => LINE.exec(line)?.[1]?.toUpperCase());
  if (lines.length === 0 || hashes.includes(undefined)) throw new SourceFault("malformed_file");
  return hashes.filter((hash) => hash !== undefined);
}

/** The first line that begins at the place or after it, and before the end; undefined where none does. */
async function lineFrom(
  file: FileHandle,
  place: number,
  end: number,
): Promise<{ readonly start: number; readonly hash: string } | undefined> {
  // From the byte before, which is a line's end where a line begins at the very place.
  const from = Math.max(0, place - 1);
  const bytes = await read(file, from, 2 * LINE_MAX_BYTES);
  const offset = place === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  if (place > 0 && offset === 0) {
    if (bytes.length > LINE_MAX_BYTES) throw new SourceFault("malformed_file");
    return undefined; // the last line, and no line's end after it
  }
  const start = from + offset;
  if (start >= end || offset >= bytes.length) return undefined;
  const lineEnd = bytes.indexOf(NEWLINE, offset);
  const text = bytes.toString("latin1", offset, lineEnd === -1 ? bytes.length : lineEnd);
  const hash = LINE.exec(text)?.[1];
  if (hash === undefined) throw new SourceFault("malformed_file");
  return { start, hash: hash.toUpperCase() };
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new SourceFault("file_not_readable", { cause: error });
  }
}

/** Cursors: where a page ended, sealed so that nobody can make or alter one. */
import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** 128 bits: a forged cursor only moves a page, so a short tag is enough. */
const TAG_BYTES = 16;

/** Seals `position` for one list; the cursor of one list is no cursor of another. Base64url. */
export function sealCursor(key: KeyObject, list: string, position: string): string {
  return Buffer.concat([tag(key, list, position), Buffer.from(position)]).toString("base64url");
}

/** The position, or undefined where the cursor is not one of ours for this list. */
export function openCursor(key: KeyObject, list: string, cursor: string): string | undefined {
  const bytes = Buffer.from(cursor, "base64url");
  if (bytes.length <= TAG_BYTES || bytes.toString("base64url") !== cursor) return undefined;
  const position = bytes.toString("utf8", TAG_BYTES);
  const expected = tag(key, list, position);
  return timingSafeEqual(bytes.subarray(0, TAG_BYTES), expected) ? position : undefined;
}

function tag(key: KeyObject, list: string, position: string): Buffer {
  return createHmac("sha256", key).update(`${list}\0${position}`).digest().subarray(0, TAG_BYTES);
}

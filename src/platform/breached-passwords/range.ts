/**
 * Asks Have I Been Pwned, or whoever speaks its range API, about the first five digits of a SHA-1. It answers the rest
 * of some thousand hashes that begin so, and never learns which one was meant
 * (https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange).
 */
import { readBounded } from "../bounded-answer.ts";
import { type BreachSource, SourceFault } from "./source.ts";

/** Of the whole answer: somebody waits for it. Milliseconds. */
const TIMEOUT_MS = 2_000;
/** An answer with padding has some 40 KB. Decoded bytes. */
const ANSWER_MAX_BYTES = 262_144;
const PREFIX_DIGITS = 5;
const LINE = /^([0-9A-F]{35}):([0-9]{1,10})$/;

export function createRangeSource(baseUrl: string, request: typeof fetch = fetch): BreachSource {
  return {
    name: "hibp",
    async has(hash) {
      const answer = await ask(`${baseUrl}/range/${hash.slice(0, PREFIX_DIGITS)}`, request);
      return includes(answer, hash.slice(PREFIX_DIGITS));
    },
    close: async () => undefined,
  };
}

async function ask(url: string, request: typeof fetch): Promise<string> {
  try {
    const response = await request(url, {
      // Without it the length of the answer tells a listener which five digits were asked about.
      headers: { "add-padding": "true", "user-agent": "Portcullis" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new SourceFault(`status_${response.status}`);
    }
    const bytes = await readBounded(response, ANSWER_MAX_BYTES);
    if (bytes === undefined) throw new SourceFault("answer_too_large");
    return bytes.toString("latin1");
  } catch (error) {
    if (error instanceof SourceFault) throw error;
    const isLate = error instanceof Error && error.name === "TimeoutError";
    throw new SourceFault(isLate ? "timeout" : "network", { cause: error });
  }
}

/** A line that was added to hide how many there are has the count 0, and is no password. */
function includes(answer: string, rest: string): boolean {
  const lines = answer.trimEnd().split(/\r?\n/);
  let isFound = false;
  for (const line of lines) {
    const [, suffix, count] = LINE.exec(line) ?? [];
    // Of a page that somebody put in between, the absence of a hash says nothing.
    if (suffix === undefined) throw new SourceFault("malformed_answer");
    if (suffix === rest && Number(count) > 0) isFound = true;
  }
  return isFound;
}

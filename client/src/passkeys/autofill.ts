/** A passkey chosen in a field of the page, for as long as the page is open. */
import type { Result, Schemas } from "../result.ts";
import type { WebAbortSignal } from "../web.ts";
import { awaitPasskey, hasAutofill, noPasskey, takeFields } from "./ceremony.ts";
import type { NoPasskey } from "./no-passkey.ts";

/**
 * A request waits for longer than its challenge is good, so another takes its place before: with that much time left for
 * whoever has begun to choose. Seconds.
 */
const SPARE_SECONDS = 60;
/** How often the clock is looked at. No timer of minutes: it would stand still while the machine sleeps. Milliseconds. */
const LOOK_MS = 5_000;
/** How long a page waits that could not begin anew, as after a sleep without a network. Milliseconds. */
const PAUSE_MS = 15_000;

type Started = Result<"startPasskeyLogin">;
type Begun = Exclude<Started, { readonly ok: true }>;
interface Chosen {
  readonly ok: true;
  readonly challengeToken: string;
  readonly credential: Schemas["AssertionCredential"];
}

/**
 * Waits until a passkey is chosen. `begin` asks the server for a challenge, now and before each one ends; a failure of the
 * first is the result, later ones are tried again. Ends by `signal`, and when another ceremony begins in this page.
 */
export async function untilChosen(
  begin: (signal: AbortSignal) => Promise<Started>,
  signal: WebAbortSignal | undefined,
): Promise<Chosen | Begun | NoPasskey> {
  if (!(await hasAutofill())) return noPasskey("unsupported");
  const turn = takeFields();
  const end = () => turn.abort();
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted) end();
  try {
    for (let round = 1; isOn(turn); round += 1) {
      const begunAtMs = Date.now();
      const started = await begin(turn.signal);
      if (!isOn(turn)) break;
      if (!started.ok) {
        if (round === 1) return started;
        await pause(PAUSE_MS, turn.signal);
        continue;
      }
      const { challengeToken, options, expiresInSeconds } = started.data;
      const sparedSeconds = Math.min(SPARE_SECONDS, expiresInSeconds / 2);
      const limit = abortAt(begunAtMs + (expiresInSeconds - sparedSeconds) * 1000, turn.signal);
      const answer = await awaitPasskey(options, limit.signal);
      limit.clear();
      if (answer.ok) return { ok: true, challengeToken, credential: answer.credential };
      if (answer.failure !== "aborted") return answer;
    }
    return noPasskey("aborted");
  } finally {
    signal?.removeEventListener("abort", end);
  }
}

/** False once it was ended, by its caller or by another ceremony. A function, for the compiler believes no await could change it. */
function isOn({ signal }: AbortController): boolean {
  return !signal.aborted;
}

/** A signal that fires at that time of this machine's clock, or with the other one. */
function abortAt(timeMs: number, other: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setInterval(() => {
    if (Date.now() >= timeMs) abort();
  }, LOOK_MS);
  other.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    clear() {
      clearInterval(timer);
      other.removeEventListener("abort", abort);
    },
  };
}

/** Lets that much time pass, or less if the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

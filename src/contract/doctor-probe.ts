/**
 * The question that `portcullis doctor` asks a running server: as whom it sees the one who asks. It is no operation: only
 * who has AUTH_SECRET can ask, and only they can read the answer. Strangers get what any unknown path answers (DR-01).
 */
import { z } from "zod";

export const PROBE_PATH = "/doctor";
/** Carries the question. */
export const PROBE_HEADER = "x-portcullis-probe";

/** The sealed part of the answer. */
export const Seen = z.strictObject({
  version: z.string(),
  /** The server's clock. Milliseconds since the epoch. */
  now: z.number(),
  /** The client's address, as limits, sessions and events have it. */
  client: z.string(),
  /** The other end of the connection; null where somebody else's server holds it. */
  peer: z.union([z.strictObject({ address: z.string(), port: z.number() }), z.null()]),
  /** X-Forwarded-For as it arrived; null where there was none. */
  forwardedFor: z.union([z.string(), z.null()]),
});
export type Seen = z.output<typeof Seen>;

/** The body of the answer. */
export const SealedSeen = z.strictObject({ sealed: z.string() });
export type SealedSeen = z.output<typeof SealedSeen>;

/** Tells from the account's history when somebody has come back by a recovery code. */
import type { OwnEvent } from "./happenings.ts";

/** Events after which the account has a new device, or new codes. */
const overcome: readonly OwnEvent["event"][] = [
  "second_factor_added",
  "passkey_added",
  "recovery_codes_renewed",
];

/**
 * The instant at which a recovery code was used; undefined where none was, or where something has taken the place of the
 * lost device since. `events`: newest first.
 */
export function cameBackAt(events: readonly OwnEvent[]): string | undefined {
  const last = events.find(
    ({ event }) => event === "recovery_code_used" || overcome.includes(event),
  );
  return last?.event === "recovery_code_used" ? last.timestamp : undefined;
}

/** The grants of an account: sessions, challenges, devices. One function ends them all, so that no change of a credential forgets one. */
import type { Change } from "./change.ts";
import { type EndedBy, endSessions } from "./own-sessions.ts";

/** The session and the device that stay, where somebody who is signed in makes the change. */
export interface Staying {
  readonly sessionId: string;
  readonly deviceId: string | undefined;
}

/**
 * Ends the account's sessions, with their tokens, and its challenges, and forgets its devices, within a change that
 * is being made. What takes back a change of address stays: a thief who changes the password next must not be able
 * to end that (EM-08). Answers how many sessions ended.
 */
export async function endGrants(
  change: Change,
  userId: string,
  cause: EndedBy,
  staying?: Staying,
): Promise<number> {
  const { challenges, devices } = change.stores;
  await challenges.deleteAllOf(userId);
  const ended = await endSessions(change, userId, staying?.sessionId, cause);
  await devices.deleteAllOf(userId, staying?.deviceId);
  return ended;
}

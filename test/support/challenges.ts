/** Challenges that are stored as the rules store them, with the proofs that a mail would have. */
import {
  type ChallengeRequest,
  type Prepared,
  prepareChallenge,
} from "../../src/domain/challenges.ts";
import type { User } from "../../src/domain/ports/users.ts";
import type { Domain } from "./domain.ts";

/** Stores a challenge, of its account or of nobody; answers its proofs. */
export async function storedChallenge(
  { deps, at }: Domain,
  request: ChallengeRequest,
): Promise<Prepared> {
  const prepared = prepareChallenge(deps, at(), request);
  const { challenge } = prepared;
  const { challenges } = deps.storage;
  if (challenge.userId === null) await challenges.insert(challenge);
  else if (!(await challenges.save(challenge.userId, challenge)))
    throw new Error("There is no such account");
  return prepared;
}

/** A token for a new password of the account, good for a minute. */
export async function resetTokenOf(domain: Domain, { id: userId }: User): Promise<string> {
  const request = { purpose: "password_reset", lifetimeSeconds: 60, userId, by: ["link"] } as const;
  return (await storedChallenge(domain, request)).linkToken;
}

/**
 * Challenges: what one request begins and another ends, whatever it is for (decision 15). The one who began it holds a
 * handle; the one who has the mail finds a code or a link in it. A challenge ends for its purpose alone (CH-01). One
 * statement counts a try of its code, before the code is compared; one conditional statement spends it.
 */
import { createHmac, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { CHALLENGE_TRIES, CODE_DIGITS } from "../contract/challenges.ts";
import { type Change, commit, type Uses } from "./change.ts";
import type { Challenge, ChallengePurpose, NewChallenge } from "./ports/challenges.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import type { Session } from "./ports/sessions.ts";
import { recordChallengeNotGood } from "./refusals.ts";
import { seal, unseal } from "./sealing.ts";
import { hashSecret, newSecret } from "./secrets.ts";

/** Another number than the contract's does not compile. */
const TRIES: typeof CHALLENGE_TRIES = 5;
const DIGITS: typeof CODE_DIGITS = 8;

/** A challenge before it is stored, with its secrets, which are known now and never again. */
export interface Prepared {
  readonly challenge: NewChallenge;
  /** The handle: for the one who begins it. */
  readonly challengeToken: string;
  /** Eight digits. Zeros may lead. */
  readonly code: string;
  /** The token of the link. */
  readonly linkToken: string;
  readonly expiresInSeconds: number;
}

/** The answer to the one who began a challenge. */
export type Started = Pick<Prepared, "challengeToken" | "expiresInSeconds">;

export interface ChallengeRequest {
  readonly purpose: ChallengePurpose;
  readonly lifetimeSeconds: number;
  readonly userId?: string | null;
  /** The session that begins it, with which it ends. */
  readonly sessionId?: string;
  /** The address it is about, normalised. */
  readonly subject?: string;
  /** Values that its end needs and nobody may read, as JSON can carry it. */
  readonly sealed?: unknown;
  /** The ways to end it. A way that is left out does not exist. */
  readonly by: readonly ("handle" | "code" | "link")[];
}

type ChallengeUses = Pick<Journal, "newId"> & Uses<"secretKeys">;

/** Makes a challenge and its secrets. Nothing is stored. */
export function prepareChallenge(
  deps: ChallengeUses,
  { now }: Occasion,
  request: ChallengeRequest,
): Prepared {
  const { purpose, lifetimeSeconds, userId, sessionId, subject, sealed, by } = request;
  const id = deps.newId(now);
  const challengeToken = newSecret();
  const linkToken = newSecret();
  const code = randomInt(10 ** DIGITS)
    .toString()
    .padStart(DIGITS, "0");
  return {
    challenge: {
      id,
      purpose,
      handleHash: by.includes("handle") ? hashSecret(challengeToken) : null,
      linkHash: by.includes("link") ? hashSecret(linkToken) : null,
      codeMac: by.includes("code") ? codeMac(deps, id, code) : null,
      userId: userId ?? null,
      sessionId: sessionId ?? null,
      subject: subject ?? null,
      sealed:
        sealed === undefined
          ? null
          : seal(deps.secretKeys.challengeSeal, Buffer.from(JSON.stringify(sealed)), id),
      createdAt: now,
      expiresAt: now + lifetimeSeconds * 1000,
    },
    challengeToken,
    code,
    linkToken,
    expiresInSeconds: lifetimeSeconds,
  };
}

/** The challenge with a code and a link that are those of no mail: it has the place of a good one, and ends nothing. */
export function blindOf({ challenge }: Prepared): NewChallenge {
  return {
    ...challenge,
    linkHash: challenge.linkHash && hashSecret(newSecret()),
    codeMac: challenge.codeMac && randomBytes(challenge.codeMac.length),
  };
}

/** The challenge as it is stored for nobody (ET-01). */
export function decoyOf(prepared: Prepared): NewChallenge {
  return { ...blindOf(prepared), userId: null, sessionId: null };
}

/**
 * Stores the challenge for its account, or a decoy where it has none. Without `isWithin` it is a decoy too, and what
 * was stored before stays good. Answers whether it is the account's.
 */
export async function saveOrDecoy(
  { stores }: Change,
  prepared: Prepared,
  isWithin: boolean,
): Promise<boolean> {
  const { challenge } = prepared;
  const { purpose, subject } = challenge;
  // As an account's new challenge ends the one before, a decoy does: the handle of the first would tell them apart.
  if (isWithin && subject !== null) await stores.challenges.deleteDecoysAbout(purpose, subject);
  // Asked in any case: it costs more than the decoy, whose row is written to nobody's name.
  if (await stores.challenges.save(isWithin ? challenge.userId : null, challenge)) return true;
  await stores.challenges.insert(decoyOf(prepared));
  return false;
}

/**
 * Stores a challenge that a session has begun, within a change that is being made; false where the session has ended
 * meanwhile, with which it would end.
 */
export async function saveOfSession(
  { stores }: Change,
  { id: sessionId, userId }: Pick<Session, "id" | "userId">,
  challenge: NewChallenge,
): Promise<boolean> {
  await stores.users.lockCredential(userId); // the account before its sessions, as everywhere
  if (!(await stores.sessions.lock(sessionId))) return false;
  return stores.challenges.save(userId, challenge);
}

export type Tried =
  | { readonly kind: "right"; readonly challenge: Challenge }
  | { readonly kind: "wrong"; readonly challenge: Challenge }
  | { readonly kind: "not_good" };

/**
 * Tries a code. The try is counted and durable before the code is compared (CH-03); what it is right for is spent by
 * `spend`, with the change it allows. A failure is recorded: once for each challenge, and for what is not good once in
 * ten minutes for the client address.
 */
export async function tryCode(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  purpose: ChallengePurpose,
  { challengeToken, code }: { readonly challengeToken: string; readonly code: string },
): Promise<Tried> {
  const challenge = await countTry(deps, occasion, purpose, challengeToken);
  if (challenge === undefined) return notGood(deps, occasion, purpose);
  const { id } = challenge;
  const isRight =
    challenge.codeMac !== null && timingSafeEqual(challenge.codeMac, codeMac(deps, id, code));
  if (isRight) return { kind: "right", challenge };
  await tellOfFailure(deps, occasion, challenge, "wrong_code");
  return { kind: "wrong", challenge };
}

/** Counts a try of the challenge behind the handle, durable before anything is compared; undefined where it is not good, or was tried too often (CH-03). */
export async function countTry(
  { storage }: Uses<"storage">,
  { now }: Occasion,
  purpose: ChallengePurpose,
  handle: string,
): Promise<Challenge | undefined> {
  return storage.challenges.countTry(purpose, hashSecret(handle), TRIES, now);
}

/** Records that a code ended nothing, at the first try of a challenge. */
export async function tellOfFailure(
  deps: Journal,
  occasion: Occasion,
  { purpose, userId, attempts }: Challenge,
  reason: "wrong_code" | "not_good",
): Promise<void> {
  if (attempts > 1) return;
  await commit(deps, occasion, ({ record }) =>
    record("challenge_failed", { purpose, reason, userId }),
  );
}

/** Looks a link's token up. Spends nothing (CH-07). */
export async function findLink(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  purpose: ChallengePurpose,
  token: string,
): Promise<Exclude<Tried, { kind: "wrong" }>> {
  return findLinkOf(deps, occasion, [purpose], token);
}

/** Looks a link's token up that may be of several purposes; a failure is recorded under the first. */
export async function findLinkOf(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  purposes: readonly [ChallengePurpose, ...ChallengePurpose[]],
  token: string,
): Promise<Exclude<Tried, { kind: "wrong" }>> {
  const linkHash = hashSecret(token);
  for (const purpose of purposes) {
    const challenge = await deps.storage.challenges.findByLink(purpose, linkHash, occasion.now);
    if (challenge) return { kind: "right", challenge };
  }
  return notGood(deps, occasion, purposes[0]);
}

/** Records that what was sent ends nothing, and answers so: one answer for every cause (CH-05). */
export async function notGood(
  deps: Journal & Uses<"secretKeys">,
  occasion: Occasion,
  purpose: ChallengePurpose,
): Promise<{ readonly kind: "not_good" }> {
  await recordChallengeNotGood(deps, occasion, purpose);
  return { kind: "not_good" };
}

/** Spends the challenge within the change that it allows; false where another request was first (CH-02). */
export async function spend({ stores, occasion }: Change, challenge: Challenge): Promise<boolean> {
  return stores.challenges.spend(challenge.purpose, challenge.id, occasion.now);
}

/** Opens what the challenge holds sealed. Throws where it is not what was sealed: the key or the row is another. */
export function openSealed({ secretKeys }: Uses<"secretKeys">, { id, sealed }: Challenge): unknown {
  const plain = sealed && unseal(secretKeys.challengeSeal, sealed, id);
  if (!plain) throw new Error("A challenge cannot be opened");
  return JSON.parse(plain.toString());
}

function codeMac({ secretKeys }: Uses<"secretKeys">, id: string, code: string): Uint8Array {
  return createHmac("sha256", secretKeys.challengeCode).update(`${id}\0${code}`).digest();
}

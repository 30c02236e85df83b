/** Ceremonies in which passkeys are made and asked for, and how they end. */
import { bounds } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import { started } from "./answers.ts";
import type { Challenge, Purpose } from "./challenges.ts";
import type { Scene } from "./factors.ts";
import type { Account, Passkey } from "./rows.ts";
import { answers, readAssertion } from "./webauthn.ts";

type Schemas = components["schemas"];

const TIMEOUT_MS = 300_000;

export function creationOptions(
  { user, passkeys, webauthnHandle }: Account,
  challenge: string,
  origin: string,
): Schemas["PasskeyCreationOptions"] {
  const { email, name } = user;
  return {
    rp: { id: new URL(origin).hostname, name: "Portcullis" },
    user: { id: webauthnHandle, name: email, displayName: name ?? email },
    challenge,
    pubKeyCredParams: bounds.passkeyAlgorithms.map((alg) => ({ type: "public-key", alg })),
    timeout: TIMEOUT_MS,
    excludeCredentials: passkeys.map(descriptorOf),
    authenticatorSelection: {
      residentKey: "preferred",
      requireResidentKey: false,
      userVerification: "preferred",
    },
    attestation: "none",
    extensions: { credProps: true },
  };
}

/** Asks for one of these passkeys; for any where there are none. */
export function passkeyRequest(
  challenge: Challenge,
  passkeys: readonly Passkey[],
  { origin, now }: Pick<Scene, "origin" | "now">,
): Schemas["PasskeyRequest"] {
  return {
    ...started(challenge, now),
    options: {
      challenge: challenge.ceremony,
      rpId: new URL(origin).hostname,
      timeout: TIMEOUT_MS,
      userVerification: passkeys.length === 0 ? "required" : "preferred",
      allowCredentials: passkeys.map(descriptorOf),
    },
  };
}

/** The end of a ceremony that asked for a passkey. */
export interface PasskeyGiven {
  readonly challengeToken: string;
  readonly credential: Schemas["AssertionCredential"];
}

/** How it ended: whose passkey it is, as far as it is known, and whether it proved that. */
interface PasskeyProof {
  readonly isProved: boolean;
  readonly challenge?: Challenge;
  readonly account?: Account;
}

/** Ends a sign-in by passkey. It has verified its user, and says itself whose it is. */
export function proveByPasskeyAlone(scene: Scene, given: PasskeyGiven): PasskeyProof {
  return provePasskey(scene, "passkey_login", given);
}

/** True where a passkey of the account ends that ceremony. A refusal is recorded. */
export function proveByPasskey(
  scene: Scene,
  account: Account,
  ceremony: Pick<Challenge, "purpose" | "session" | "login">,
  given: PasskeyGiven,
): boolean {
  const { isProved, challenge } = provePasskey(scene, ceremony.purpose, given);
  const isOf = challenge?.session === ceremony.session && challenge?.login === ceremony.login;
  if (isProved && isOf) return true;
  const wrong = { event: "second_factor_failed", kind: "passkey", reason: "wrong" } as const;
  scene.accounts.record(account, wrong, scene.now);
  return false;
}

/** Ends a ceremony. It is spent, whether or not the passkey is good. */
function provePasskey(
  scene: Scene,
  purpose: Purpose,
  { challengeToken, credential }: PasskeyGiven,
): PasskeyProof {
  const { accounts, now } = scene;
  const challenge = accounts.challenges.findByHandle(purpose, challengeToken, now);
  if (challenge === undefined) return { isProved: false };
  accounts.challenges.spend(challenge);
  const account = accounts.findByPasskey(credential.id);
  const passkey = account?.passkeys.find(({ credentialId }) => credentialId === credential.id);
  if (account === undefined || passkey === undefined) return { isProved: false, challenge };
  const isProved =
    isAnswered(challenge, account, credential) &&
    (purpose !== "passkey_login" || isEnoughAlone(passkey, credential)) &&
    isCounted(scene, account, passkey, credential);
  return { isProved, challenge, account };
}

function isAnswered(
  challenge: Challenge,
  account: Account,
  credential: PasskeyGiven["credential"],
): boolean {
  if (challenge.account !== undefined && challenge.account !== account) return false;
  const { userHandle } = credential.response;
  const data = readAssertion(credential);
  return (
    answers(credential, "webauthn.get", challenge.ceremony) &&
    data?.isPresent === true &&
    (typeof userHandle !== "string" || userHandle === account.webauthnHandle)
  );
}

function isEnoughAlone(passkey: Passkey, credential: PasskeyGiven["credential"]): boolean {
  const isVerified = readAssertion(credential)?.isVerified === true;
  return isVerified && passkey.signsIn && typeof credential.response.userHandle === "string";
}

/** Counts the use. False for a counter that did not grow: there may be a copy. */
function isCounted(
  { accounts, origin, now }: Scene,
  account: Account,
  passkey: Passkey,
  credential: PasskeyGiven["credential"],
): boolean {
  const counter = readAssertion(credential)?.counter ?? 0;
  if (counter <= passkey.counter && counter + passkey.counter > 0) {
    accounts.record(account, { event: "passkey_clone_suspected" }, now);
    accounts.mails.send("passkey_clone_suspected", account.user.email, origin);
    return false;
  }
  passkey.counter = counter;
  passkey.lastUsedAt = now;
  return true;
}

function descriptorOf({
  credentialId,
  transports,
}: Passkey): Schemas["PasskeyRequestOptions"]["allowCredentials"][number] {
  return { id: credentialId, type: "public-key", transports: [...transports] };
}

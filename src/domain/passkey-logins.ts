/**
 * Sign-in by passkey, without an address: the passkey knows whose it is, so nothing can be probed. Every refusal is
 * one answer (PK-11). Wrong passkeys do not count towards the account's lock: a signature cannot be guessed, and the id
 * of a credential is no secret, so that anybody who saw it could keep its owner out.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { EventFields } from "../contract/events.ts";
import { notGood } from "./challenges.ts";
import { commit, type Uses } from "./change.ts";
import { recognizeDevice } from "./devices.ts";
import {
  type AssertionCredential,
  expectedOf,
  findAnswering,
  type PasskeyAnswer,
  passkeyRequest,
  type PasskeyRequest,
  prepareCeremony,
  storedOf,
  SIGN_IN_VERIFICATION,
  takeCeremony,
  usePasskey,
} from "./passkey-ceremonies.ts";
import { suspectClone } from "./passkey-clones.ts";
import { beginPendingLogin, type LoginPending } from "./pending-logins.ts";
import type { Journal, Occasion } from "./ports/events.ts";
import { refusalOf } from "./wrong-proofs.ts";
import { decodeBase64url } from "./webauthn/base64url.ts";
import { type StoredPasskey, verifyAssertion } from "./webauthn/verify-assertion.ts";

/** Begins a sign-in by any passkey that the browser finds. */
export async function startPasskeyLogin(
  deps: Journal & Uses<"secretKeys" | "lifetimes" | "relyingParty">,
  occasion: Occasion,
): Promise<PasskeyRequest> {
  const ceremony = prepareCeremony(deps, occasion, { purpose: "passkey_login" });
  await commit(deps, occasion, ({ stores }) => stores.challenges.insert(ceremony.challenge));
  return passkeyRequest(deps, ceremony, SIGN_IN_VERIFICATION, []);
}

/** The browser's answer, and the secrets of the request's device cookie. */
export interface PasskeyLoginProof extends PasskeyAnswer {
  readonly deviceSecrets: readonly string[];
}

type LoginUses = Journal &
  Uses<"secretKeys" | "lifetimes" | "quotas" | "mailTemplates" | "relyingParty">;

/** Ends the ceremony, and begins a login that is to be finished. Nothing is missing of it: it is two factors in one. */
export async function completePasskeyLogin(
  deps: LoginUses,
  occasion: Occasion,
  { challengeToken, credential, deviceSecrets }: PasskeyLoginProof,
): Promise<LoginPending | "invalid_passkey"> {
  const taken = await takeCeremony(deps, occasion, "passkey_login", challengeToken);
  if (taken === undefined) {
    await notGood(deps, occasion, "passkey_login");
    return "invalid_passkey";
  }
  const found = await findAnswering(deps, credential);
  const expected = expectedOf(deps, taken.asked, SIGN_IN_VERIFICATION);
  const stored = found ? storedOf(found) : decoyFor(credential);
  const verified = verifyAssertion(credential, stored, expected);
  if (found === undefined) return refuse(deps, occasion, nobody);
  const { user, passkey, epoch } = found;
  const refused = { email: user.email, userId: user.id };
  if (!verified.ok || !passkey.signsIn || !hasHandle(credential))
    return refuse(deps, occasion, { ...refused, reason: "wrong_passkey" });
  const device = await recognizeDevice(deps, occasion, deviceSecrets, user.email);
  const refusal = refusalOf(found, occasion, device !== undefined);
  if (refusal !== undefined) return refuse(deps, occasion, { ...refused, reason: refusal });
  const outcome = await commit(deps, occasion, async (change) => {
    const { stores, undo } = change;
    await stores.users.lockCredential(user.id); // the account before its passkeys, as everywhere
    const isUsed = await usePasskey(stores, passkey, verified.value, occasion.now);
    if (!isUsed) return undo("unused" as const);
    const proof = { user, epoch, methods: ["passkey"], hasSecondFactor: true } as const;
    return beginPendingLogin(change, proof);
  });
  if (outcome !== "unused") return outcome;
  await commit(deps, occasion, async (change) => {
    await suspectClone(change, found);
    await change.record("login_failed", { ...refused, reason: "wrong_passkey" });
  });
  return "invalid_passkey";
}

const nobody = { email: null, userId: null, reason: "unknown_passkey" } as const;

async function refuse(
  deps: Journal,
  occasion: Occasion,
  fields: EventFields<"login_failed">,
): Promise<"invalid_passkey"> {
  await commit(deps, occasion, ({ record }) => record("login_failed", fields));
  return "invalid_passkey";
}

/** The account is known by nothing else: without the handle, nothing says that this passkey was meant (PK-07). */
function hasHandle({ response }: AssertionCredential): boolean {
  return typeof response.userHandle === "string";
}

/** A key that nobody has: an unknown credential costs what a known one does (PK-11). */
const decoyKey = newDecoyKey();

function decoyFor({ id, response }: AssertionCredential): StoredPasskey {
  return {
    credentialId: decodeBase64url(id) ?? randomBytes(16),
    publicKey: decoyKey,
    backupEligible: true,
    webauthnHandle: decodeBase64url(response.userHandle ?? "") ?? randomBytes(32),
  };
}

/** A COSE key of ES256 (RFC 9053 §7.1.1), whose private half is thrown away. */
function newDecoyKey(): Uint8Array {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return Buffer.concat([
    Buffer.from("a5010203262001215820", "hex"),
    Buffer.from(x, "base64url"),
    Buffer.from("225820", "hex"),
    Buffer.from(y, "base64url"),
  ]);
}

/** The fake server's answers about the passkeys of an account: added, listed, renamed, removed. */
import { bounds } from "../generated/fake.ts";
import type { components } from "../generated/schema.ts";
import { done, notFound, started } from "./answers.ts";
import type { Handlers } from "./calls.ts";
import { firstRecoveryCodes, hasSecondFactor, removeFactor } from "./factors.ts";
import { creationOptions } from "./passkey-ceremonies.ts";
import { type Account, newId, type Passkey } from "./rows.ts";
import { hasWayIn } from "./ways-in.ts";
import { answers, readRegistration } from "./webauthn.ts";

type Schemas = components["schemas"];

const notGood = { problem: "invalid_passkey" } as const;
const tooMany = { problem: "too_many_passkeys" } as const;

export const passkeyHandlers: Pick<
  Handlers,
  "startPasskey" | "addPasskey" | "listMyPasskeys" | "renamePasskey" | "removePasskey"
> = {
  startPasskey({ accounts, caller, origin, now }) {
    const { account } = caller;
    if (account.passkeys.length >= bounds.passkeys) return tooMany;
    const subject = { account, session: caller, email: account.user.email };
    const challenge = accounts.challenges.begin({ purpose: "passkey_setup", ...subject }, now);
    const { challengeToken: setupToken, expiresInSeconds } = started(challenge, now);
    const options = creationOptions(account, challenge.ceremony, origin);
    return { data: { setupToken, options, expiresInSeconds } };
  },
  addPasskey({ input: { setupToken, credential, name }, accounts, caller, origin, now }) {
    const { account } = caller;
    const challenge = accounts.challenges.findByHandle("passkey_setup", setupToken, now);
    if (challenge?.session !== caller) return notGood;
    accounts.challenges.spend(challenge);
    const wanted = name ?? `Passkey ${account.passkeys.length + 1}`;
    const passkey = readPasskey(credential, challenge.ceremony, wanted, now);
    if (passkey === undefined) return notGood;
    if (account.passkeys.length >= bounds.passkeys) return tooMany;
    if (accounts.findByPasskey(passkey.credentialId)) return { problem: "passkey_exists" };
    const isFirst = !hasSecondFactor(account);
    account.passkeys = [...account.passkeys, passkey];
    const recoveryCodes = isFirst ? firstRecoveryCodes(account, now) : [];
    caller.secondFactorAt = now;
    accounts.record(account, { event: "passkey_added" }, now);
    if (isFirst) accounts.endGrants(account, "factor_change", now, caller);
    else accounts.challenges.end({ account, purpose: "login" });
    accounts.mails.send("passkey_added", account.user.email, origin);
    return { data: { ...presentPasskey(passkey), recoveryCodes } };
  },
  listMyPasskeys: ({ caller }) => ({
    data: { items: caller.account.passkeys.map(presentPasskey) },
  }),
  renamePasskey({ input: { passkeyId, name }, caller }) {
    const passkey = findPasskey(caller.account, passkeyId);
    if (passkey === undefined) return notFound;
    passkey.name = name;
    return { data: presentPasskey(passkey) };
  },
  removePasskey({ input: { passkeyId }, settings, accounts, caller, origin, now }) {
    const { account } = caller;
    if (findPasskey(account, passkeyId) === undefined) return notFound;
    const passkeys = account.passkeys.filter(({ id }) => id !== passkeyId);
    if (!hasWayIn(settings, { ...account, passkeys })) return { problem: "last_credential" };
    removeFactor({ accounts, now }, account, { passkeyId }, "user");
    accounts.endGrants(account, "factor_change", now, caller);
    accounts.mails.send("passkey_removed", account.user.email, origin);
    return done;
  },
};

/** The passkey that the browser made in that ceremony; undefined where it did not. */
export function readPasskey(
  credential: Schemas["RegistrationCredential"],
  ceremony: string,
  name: string,
  now: number,
): Passkey | undefined {
  const data = readRegistration(credential);
  if (!answers(credential, "webauthn.create", ceremony) || !data?.isPresent) return undefined;
  if (data.credentialId !== credential.id) return undefined;
  const { response, clientExtensionResults } = credential;
  return {
    id: newId(now),
    credentialId: credential.id,
    name,
    transports: response.transports ?? [],
    synced: data.isBackedUp,
    signsIn: data.isVerified && clientExtensionResults?.credProps?.rk !== false,
    counter: data.counter,
    createdAt: now,
    lastUsedAt: null,
  };
}

function findPasskey({ passkeys }: Account, wanted: string): Passkey | undefined {
  return passkeys.find(({ id }) => id === wanted);
}

function presentPasskey(passkey: Passkey): Schemas["Passkey"] {
  const { id, name, createdAt, lastUsedAt, synced, signsIn } = passkey;
  return {
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
    synced,
    signsIn,
  };
}

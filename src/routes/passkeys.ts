import { completePasskeyLogin, startPasskeyLogin } from "../domain/passkey-logins.ts";
import { startSecondFactorPasskey } from "../domain/passkey-starts.ts";
import { addPasskey, removePasskey, removeUserPasskey, startPasskey } from "../domain/passkeys.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Passkey } from "../domain/ports/passkeys.ts";
import type { Handlers } from "./handler.ts";
import { instantOf } from "./instants.ts";
import { presentPending } from "./sessions.ts";

/** A browser asks at most once an hour for what changes with a setting. Seconds. */
const ORIGINS_MAX_AGE_SECONDS = 3_600;

export function createPasskeyHandlers(
  deps: Dependencies,
): Pick<
  Handlers,
  | "startPasskey"
  | "addPasskey"
  | "listMyPasskeys"
  | "renamePasskey"
  | "removePasskey"
  | "startPasskeyLogin"
  | "completePasskeyLogin"
  | "startSecondFactorPasskey"
  | "listUserPasskeys"
  | "removeUserPasskey"
  | "getRelatedOrigins"
> {
  const { storage, relyingParty } = deps;
  return {
    async startPasskey({ caller, occasion }) {
      const outcome = await startPasskey(deps, occasion, caller);
      return typeof outcome === "string" ? { problem: outcome } : { status: 200, body: outcome };
    },
    async addPasskey({ input, caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const outcome = await addPasskey(deps, occasion, owner, input.body);
      if ("failure" in outcome) return { problem: outcome.failure };
      const { passkey, recoveryCodes } = outcome;
      const body = { ...presentPasskey(passkey), recoveryCodes: [...recoveryCodes] };
      return { status: 201, body };
    },
    async listMyPasskeys({ caller }) {
      const passkeys = await storage.passkeys.list(caller.user.id);
      return { status: 200, body: { items: passkeys.map(presentPasskey) } };
    },
    async renamePasskey({ input, caller }) {
      const { passkeyId } = input.params;
      const renamed = await storage.passkeys.rename(caller.user.id, passkeyId, input.body.name);
      return renamed ? { status: 200, body: presentPasskey(renamed) } : { problem: "not_found" };
    },
    async removePasskey({ input, caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const outcome = await removePasskey(deps, occasion, owner, input.params.passkeyId);
      return outcome === "removed" ? { status: 204 } : { problem: outcome };
    },
    async startPasskeyLogin({ occasion }) {
      return { status: 200, body: await startPasskeyLogin(deps, occasion) };
    },
    async completePasskeyLogin({ input, occasion, readDeviceSecrets }) {
      const proof = { ...input.body, deviceSecrets: readDeviceSecrets() };
      const outcome = await completePasskeyLogin(deps, occasion, proof);
      if (outcome === "invalid_passkey") return { problem: outcome };
      return { status: 200, body: presentPending(outcome) };
    },
    async startSecondFactorPasskey({ input, occasion }) {
      const outcome = await startSecondFactorPasskey(deps, occasion, input.body.loginToken);
      return typeof outcome === "string" ? { problem: outcome } : { status: 200, body: outcome };
    },
    async listUserPasskeys({ input }) {
      const { userId } = input.params;
      if ((await storage.users.find(userId)) === undefined) return { problem: "not_found" };
      const passkeys = await storage.passkeys.list(userId);
      return { status: 200, body: { items: passkeys.map(presentPasskey) } };
    },
    async removeUserPasskey({ input, caller, occasion }) {
      const found = await removeUserPasskey(deps, occasion, caller.user, input.params);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    getRelatedOrigins() {
      // Those of apps, and of a developer's machine, are no business of a browser elsewhere.
      const origins = [...relyingParty.origins].filter((origin) => origin.startsWith("https:"));
      if (origins.length < 2) return { problem: "not_found" };
      const cacheControl = `public, max-age=${ORIGINS_MAX_AGE_SECONDS}`;
      return { status: 200, body: { origins }, cacheControl };
    },
  };
}

function presentPasskey({ id, name, createdAt, lastUsedAt, backedUp, signsIn }: Passkey) {
  return {
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: instantOf(lastUsedAt),
    synced: backedUp,
    signsIn,
  };
}

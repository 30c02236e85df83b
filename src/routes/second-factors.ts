import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Factors } from "../domain/ports/factors.ts";
import {
  confirmTotp,
  removeTotp,
  renewRecoveryCodes,
  resetFactors,
  startTotp,
} from "../domain/second-factors.ts";
import type { Handlers } from "./handler.ts";
import { instantOf } from "./instants.ts";

export function createSecondFactorHandlers(
  deps: Dependencies,
): Pick<
  Handlers,
  | "listMyFactors"
  | "startTotp"
  | "confirmTotp"
  | "removeTotp"
  | "renewRecoveryCodes"
  | "listUserFactors"
  | "resetUserFactors"
> {
  return {
    async listMyFactors({ caller }) {
      return { status: 200, body: presentFactors(await deps.storage.factors.find(caller.user.id)) };
    },
    async startTotp({ caller, occasion }) {
      const outcome = await startTotp(deps, occasion, caller);
      return outcome === "factor_exists" ? { problem: outcome } : { status: 200, body: outcome };
    },
    async confirmTotp({ input, caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const outcome = await confirmTotp(deps, occasion, owner, input.body);
      if ("failure" in outcome) return { problem: outcome.failure };
      return { status: 200, body: { codes: [...outcome.codes] } };
    },
    async removeTotp({ caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const found = await removeTotp(deps, occasion, owner);
      return found ? { status: 204 } : { problem: "not_found" };
    },
    async renewRecoveryCodes({ caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const codes = await renewRecoveryCodes(deps, occasion, owner);
      if (codes === undefined) return { problem: "not_found" };
      return { status: 200, body: { codes: [...codes] } };
    },
    async listUserFactors({ input }) {
      const { userId } = input.params;
      if ((await deps.storage.users.find(userId)) === undefined) return { problem: "not_found" };
      return { status: 200, body: presentFactors(await deps.storage.factors.find(userId)) };
    },
    async resetUserFactors({ input, caller, occasion }) {
      const outcome = await resetFactors(deps, occasion, caller.user, input.params.userId);
      return outcome === undefined ? { problem: "not_found" } : { status: 204 };
    },
  };
}

function presentFactors({ password, totp, recoveryCodes, passkeys }: Factors) {
  return {
    password,
    totp: totp && {
      createdAt: new Date(totp.createdAt).toISOString(),
      lastUsedAt: instantOf(totp.lastUsedAt),
    },
    recoveryCodes: recoveryCodes && {
      remaining: recoveryCodes.remaining,
      createdAt: new Date(recoveryCodes.createdAt).toISOString(),
    },
    passkeys,
  };
}

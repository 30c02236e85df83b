import {
  confirmEmailChange,
  confirmEmailVerification,
  requestEmailVerification,
  startEmailChange,
  undoEmailChange,
} from "../domain/address-changes.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Handlers } from "./handler.ts";

export function createAddressChangeHandlers(
  deps: Dependencies,
): Pick<
  Handlers,
  | "requestEmailVerification"
  | "confirmEmailVerification"
  | "startEmailChange"
  | "confirmEmailChange"
  | "undoEmailChange"
> {
  return {
    async requestEmailVerification({ caller, occasion, acceptLanguage }) {
      const asking = { ...caller, languages: acceptLanguage() };
      const outcome = await requestEmailVerification(deps, occasion, asking);
      return "failure" in outcome ? { problem: outcome.failure } : { status: 202, body: outcome };
    },
    async confirmEmailVerification({ input, caller, occasion }) {
      const outcome = await confirmEmailVerification(deps, occasion, caller, input.body);
      return outcome === "verified" ? { status: 204 } : { problem: outcome };
    },
    async startEmailChange({ input, caller, occasion, acceptLanguage }) {
      const asking = { ...caller, languages: acceptLanguage() };
      const body = await startEmailChange(deps, occasion, asking, input.body.newEmail);
      return { status: 202, body };
    },
    async confirmEmailChange({ input, caller, occasion, callerDevice }) {
      const owner = { ...caller, device: await callerDevice() };
      const outcome = await confirmEmailChange(deps, occasion, owner, input.body);
      return outcome === "changed" ? { status: 204 } : { problem: outcome };
    },
    async undoEmailChange({ input, occasion }) {
      const outcome = await undoEmailChange(deps, occasion, input.body.token);
      return outcome === "undone" ? { status: 204 } : { problem: outcome };
    },
  };
}

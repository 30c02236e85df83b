/** The calls that end a flow with a provider. */
import type { LoginPending, Schemas } from "@portcullis/client";
import { api } from "../kit/api.ts";
import type { AnyResult } from "../kit/failure.ts";
import { type Arrival, handTo, isOurs } from "./provider-arrival.ts";

/** A success, as far as it has come. */
export type Step =
  | { readonly kind: "linked" }
  | { readonly kind: "signed-in"; readonly user: Schemas["User"]; readonly returnTo: string | null }
  | {
      readonly kind: "second-step";
      readonly pending: LoginPending;
      readonly returnTo: string | null;
    };
/** A `Step`, or the failure of one of the calls. */
export type StepResult =
  { readonly ok: true; readonly data: Step } | (AnyResult & { readonly ok: false });

/** Ends the flow of this arrival at the provider of this id. Called again, it goes on where it came to nothing before. */
export function ending(id: string, came: Arrival, isLink: boolean): () => Promise<StepResult> {
  /** The first step's answer. Kept, so that the second can be tried again: the code is spent. */
  let pending: Schemas["ProviderLoginPending"] | undefined;
  const answer = {
    providerId: id,
    state: came.state,
    ...came.came,
    iss: came.iss,
    challengeToken: came.flow.challengeToken,
  };
  return isLink ? link : signIn;

  async function link(): Promise<StepResult> {
    const linked = await api().completeProviderLink(answer);
    return linked.ok ? { ok: true, data: { kind: "linked" } } : linked;
  }

  async function signIn(): Promise<StepResult> {
    if (pending === undefined) {
      const result = await api().completeProviderLogin(answer);
      if (!result.ok) return result;
      pending = result.data;
    }
    const { returnTo, loginToken, secondFactors, expiresInSeconds } = pending;
    if (returnTo !== null && !isOurs(returnTo))
      return handTo(returnTo, {
        provider: id,
        state: came.state,
        loginToken,
        secondFactors: secondFactors.join(","),
        expiresInSeconds: String(expiresInSeconds),
      });
    if (secondFactors.length > 0)
      return { ok: true, data: { kind: "second-step", pending, returnTo } };
    const finished = await api().finishSignIn(pending);
    if (!finished.ok) return finished;
    return { ok: true, data: { kind: "signed-in", user: finished.data.user, returnTo } };
  }
}

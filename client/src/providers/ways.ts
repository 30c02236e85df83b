/** The way to the provider and back, in this window or in one of its own. */
import type { ProviderReturnMessage } from "../generated/provider-return.ts";
import type { Failure, NoAnswer, Schemas, Success } from "../result.ts";
import { type Given, type Kind, queryOf, readQuery, takeFromAddress } from "./address.ts";
import { keepFlow, type KeptFlow, stateOf, takeFlow } from "./flows.ts";
import { noReturn, type NoReturn } from "./no-return.ts";
import type { StartOptions } from "./options.ts";
import { awaitPopup, openPopup, tellOpener } from "./popup.ts";

/** A flow that this page or this tab has begun, and with which the browser came back: all is left to do. */
export interface Came {
  readonly flow: KeptFlow;
  readonly given: Given;
}

/** A flow that the server's own page has ended, as it tells. */
export interface Over {
  readonly flow: KeptFlow;
  readonly told: Exclude<ProviderReturnMessage, { readonly outcome: "returned" }>;
}

type Started = Success<200, Schemas["ProviderRedirect"]>;

/** Begins a flow and leaves; with a popup, answers what came back from it. */
export async function goThere<Refused extends Failure<number, unknown> | NoAnswer>(
  { provider, returnTo, redirectUri, popup: inPopup, signal }: StartOptions,
  begin: (input: {
    providerId: string;
    returnTo: string | undefined;
    redirectUri: string | undefined;
  }) => Promise<Started | Refused>,
): Promise<Came | Over | NoReturn | Started | Refused | NoAnswer> {
  if (!mayStore()) return noReturn("unsupported");
  // First of all: see openPopup.
  const popup = inPopup ? openPopup() : undefined;
  if (popup && "failure" in popup) return popup;
  const hereAgain = redirectUri === undefined ? location.href.split("#")[0] : undefined;
  const started = await begin({
    providerId: provider,
    returnTo: returnTo ?? hereAgain,
    redirectUri,
  });
  if (!started.ok) {
    popup?.window.close();
    return started;
  }
  const { authorizationUrl, challengeToken, expiresInSeconds } = started.data;
  const state = stateOf(authorizationUrl);
  const { response } = started;
  if (state === undefined) {
    popup?.window.close();
    return { ok: false, status: 0, failure: "unexpected_answer", response };
  }
  const flow: KeptFlow = { challengeToken, provider, ...(returnTo !== undefined && { returnTo }) };
  if (popup === undefined) {
    keepFlow(window, state, flow);
    location.assign(authorizationUrl);
    return started;
  }
  const to = { authorizationUrl, state, expiresInSeconds };
  const told = await awaitPopup(popup, to, flow, signal);
  if ("failure" in told) return told;
  return told.outcome === "returned" ? cameBack(flow, readQuery(told.query)) : { flow, told };
}

/** The browser has come back to this page; undefined where its address has nothing of such a flow. */
export function takeReturn(kind: Kind): Came | NoReturn | undefined {
  const given = takeFromAddress(kind);
  if (given === undefined || given === "bad_return") return given && noReturn(given);
  const { state } = given;
  const flow = takeFlow(state);
  if (flow?.isPopup) return tellOpener({ state, outcome: "returned", query: queryOf(given) });
  return flow ? cameBack(flow, given) : noReturn("not_begun_here");
}

function cameBack(flow: KeptFlow, given: Given | "bad_return"): Came | NoReturn {
  if (given === "bad_return") return noReturn(given);
  // A flow of one provider ends at that one alone.
  const isTheirs = given.provider === undefined || given.provider === flow.provider;
  return isTheirs ? { flow, given } : noReturn("not_begun_here");
}

/** A browser without storage, or with it switched off, cannot tell later whether the flow began here. */
function mayStore(): boolean {
  try {
    return typeof sessionStorage === "object" && typeof location === "object";
  } catch {
    return false;
  }
}

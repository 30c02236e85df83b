/**
 * Flows in a window of their own. Its page and the one that opened it speak by a channel: with the server's
 * `Cross-Origin-Opener-Policy` neither can reach the other, and to its opener the popup seems closed at once.
 */
import { type ProviderReturnMessage, providerReturn } from "../generated/provider-return.ts";
import type { WebAbortSignal } from "../web.ts";
import { keepFlow, type KeptFlow } from "./flows.ts";
import { noReturn, type NoReturn } from "./no-return.ts";

/** As large as the narrowest page of a provider asks for. CSS pixels. */
const FEATURES = "popup,width=500,height=680";

/** The popup that this page waits for. There is one: the next ends it. */
let waiting: AbortController | undefined;

export interface Popup {
  readonly window: Window;
  /** Fires when it is given up, or another one takes its place. */
  readonly turn: AbortController;
}

/** Opens the window. Call it before anything is awaited: later, a browser takes it for one that nobody asked for. */
export function openPopup(): Popup | NoReturn {
  if (typeof window === "undefined") return noReturn("unsupported");
  waiting?.abort();
  // Each has a window of its own: in one that they share, the end of the one before would close the next.
  const opened = window.open("about:blank", "_blank", FEATURES);
  if (opened === null) return noReturn("popup_blocked");
  waiting = new AbortController();
  return { window: opened, turn: waiting };
}

/** Leads the window to the provider, and waits until it tells how it ended. */
export async function awaitPopup(
  { window: popup, turn }: Popup,
  to: {
    readonly authorizationUrl: string;
    readonly state: string;
    readonly expiresInSeconds: number;
  },
  flow: KeptFlow,
  signal: WebAbortSignal | undefined,
): Promise<ProviderReturnMessage | NoReturn> {
  try {
    // A copy of this tab's storage was made when it opened. What it has to know is written into its own.
    keepFlow(popup, to.state, { ...flow, isPopup: true });
    popup.location.replace(to.authorizationUrl);
  } catch (error) {
    popup.close();
    return noReturn("popup_blocked", error);
  }
  const message = await listen(to, turn, signal);
  popup.close(); // where it can be reached; else it has closed itself, or its user does
  return message;
}

/** Hands over to the page that opened this one, and closes this one. */
export function tellOpener(message: ProviderReturnMessage): NoReturn {
  const channel = new BroadcastChannel(providerReturn.channel);
  channel.postMessage(message);
  channel.close();
  window.close();
  return noReturn("handed_on");
}

function listen(
  { state, expiresInSeconds }: { readonly state: string; readonly expiresInSeconds: number },
  turn: AbortController,
  signal: WebAbortSignal | undefined,
): Promise<ProviderReturnMessage | NoReturn> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(providerReturn.channel);
    const abort = () => turn.abort();
    const timer = setTimeout(() => end(noReturn("expired")), expiresInSeconds * 1000);
    const end = (outcome: ProviderReturnMessage | NoReturn) => {
      clearTimeout(timer);
      channel.close();
      signal?.removeEventListener("abort", abort);
      resolve(outcome);
    };
    channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      const message = data as Partial<ProviderReturnMessage> | null; // of this origin; every page of it may hear and speak
      if (message?.state === state) end(message as ProviderReturnMessage);
    });
    turn.signal.addEventListener("abort", () => end(noReturn("aborted")), { once: true });
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted || turn.signal.aborted) end(noReturn("aborted"));
  });
}

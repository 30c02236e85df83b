/** The state of a client's session: asked for once, however many ask, and kept true by what the page sees and hears. */
import type { Client } from "../client.ts";
import type { Mode } from "../input.ts";
import { watchableOf } from "../results.ts";
import { lessonOf } from "./lessons.ts";
import {
  isSameState,
  SIGNED_OUT,
  type SessionState,
  signedInAs,
  stateOf,
  UNKNOWN,
} from "./state.ts";
import { surroundingsOf } from "./surroundings.ts";

/** The least time between two questions that nobody but the page itself asks, as on a return to its tab. */
const PAUSE_MS = 5_000;

/** The part of a client that a session uses. It has to be one of `createClient`. */
export type SessionClient = Pick<Client<Mode>, "getMe" | "signOut">;

/** Follows who is signed in. Its functions need no `this`. */
export interface Session<C extends SessionClient = SessionClient> {
  readonly current: () => SessionState;
  /**
   * Calls the listener after each change, until the function it answers is called. The first listener makes the session
   * ask the server, and look and listen for changes elsewhere; the last that goes ends that.
   */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Asks the server: after a sign-in that this client did not make. One request, however many callers. Where no answer
   * comes, the state stands.
   */
  readonly refresh: () => Promise<SessionState>;
  /** Signs out, as the client's `signOut`. Not `ok`: still signed in. */
  readonly signOut: C["signOut"];
}

/**
 * Makes the state of the client's session. Calls of the client change it as soon as they are answered: sign-ins,
 * sign-outs and changes of the own account. A 401 makes it ask. Other tabs follow.
 */
export function createSession<C extends SessionClient>(client: C): Session<C> {
  const { baseUrl, watch } = watchableOf(client);
  const surroundings = surroundingsOf(`portcullis.session ${baseUrl}`);
  const listeners = new Set<() => void>();
  let state: SessionState = UNKNOWN;
  /** Grows with each change. The answer to a question that is older says nothing. */
  let epoch = 0;
  let running: Promise<SessionState> | undefined;
  let askedAtMs = -Infinity;
  /** Another tab said so, and needs not be told. */
  let hasHeard = false;
  /** `signOut` is on its way, and the token that it revokes is the client's own. */
  let isLeaving = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const put = (next: SessionState): boolean => {
    if (isSameState(state, next)) return false;
    state = next;
    for (const listener of [...listeners]) listener();
    return true;
  };

  /** Asks again where the session changed while the answer was on its way. */
  const ask = async (): Promise<SessionState | undefined> => {
    for (;;) {
      const asked = epoch;
      askedAtMs = performance.now();
      const result = await client.getMe();
      if (asked !== epoch) continue;
      return stateOf(result);
    }
  };

  const refresh = (): Promise<SessionState> =>
    (running ??= ask()
      .then((answered) => {
        const wasUnknown = state === UNKNOWN;
        if (answered && put(answered) && !wasUnknown && !hasHeard) surroundings.tell();
        return state;
      })
      .finally(() => {
        running = undefined;
        hasHeard = false;
        if (state === UNKNOWN) askLater();
      }));

  /** Asks for nobody who waits: a token function or a jar that throws is met by those who call. */
  const refreshUnasked = () => void refresh().catch(() => {});

  const glance = () => {
    const isDue = performance.now() - askedAtMs >= PAUSE_MS;
    if (isDue && surroundings.isInFront()) refreshUnasked();
  };

  const askLater = () => {
    clearTimeout(retry);
    if (listeners.size > 0) retry = setTimeout(glance, PAUSE_MS);
  };

  const changed = () => {
    epoch += 1;
    surroundings.tell();
  };

  const end = () => {
    changed();
    put(SIGNED_OUT);
  };

  watch((row, result) => {
    const lesson = lessonOf(row, result);
    switch (lesson?.kind) {
      case undefined:
        break;
      case "user":
        changed();
        put(signedInAs(lesson.user));
        break;
      case "ended":
        end();
        break;
      case "revoked":
        if (isLeaving) break;
        changed();
        refreshUnasked();
        break;
      case "changed":
        changed();
        refreshUnasked();
        break;
      case "doubtful":
        // Nobody has to hear twice that they are signed out.
        if (state !== SIGNED_OUT) refreshUnasked();
        break;
      default:
        lesson satisfies never;
    }
  });

  const enter = () => {
    surroundings.enter(
      () => {
        epoch += 1;
        hasHeard = true;
        refreshUnasked();
      },
      (wasFrozen) => {
        if (wasFrozen) refreshUnasked();
        else glance();
      },
    );
    glance();
    if (state === UNKNOWN && !running) askLater(); // somebody has asked just now, and had no answer
  };

  return {
    current: () => state,
    subscribe(listener) {
      // Wrapped, so that the same function twice is two listeners.
      const own = () => listener();
      listeners.add(own);
      if (listeners.size === 1) enter();
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        clearTimeout(retry);
        surroundings.leave();
      };
    },
    refresh,
    // The proven edge: the client's own function, with the arguments it takes and the result it gives.
    signOut: (async (...args: Parameters<C["signOut"]>) => {
      isLeaving = true;
      const result = await client.signOut(...args).finally(() => (isLeaving = false));
      if (result.ok && state !== SIGNED_OUT) end();
      return result;
    }) as C["signOut"],
  };
}

/** The things a person has done so far on these pages. They are in memory alone: a reload forgets them. */
import { createContext } from "preact";
import { useContext, useState } from "preact/hooks";
import type { LoginPending, Schemas } from "@portcullis/client";

/** Something was mailed, and its code is asked for. */
export interface Mailed {
  readonly email: string;
  readonly started: Schemas["ChallengeStarted"];
}

export interface Pending {
  readonly login: LoginPending;
  /** The account's address, where it was typed: a passkey and a provider tell none. */
  readonly email: string | undefined;
  /** By this machine's clock. */
  readonly endsAtMs: number;
}

export interface Arrived {
  readonly user: Schemas["User"];
  readonly by: "recovery_code" | "other";
}

/** Said on the first page, after something ended elsewhere. */
export type Word = "expired" | "reloaded" | "newAccount" | "collision";

export interface Journey {
  readonly email: string;
  readonly pending?: Pending | undefined;
  readonly mailed?: Mailed | undefined;
  /** A signup that waits for its proof. The password goes with the page. */
  readonly signup?: (Mailed & { readonly password: string }) | undefined;
  readonly arrived?: Arrived | undefined;
  readonly word?: Word | undefined;
  /** A sign-in at a provider that belongs to an account which has not said so yet. */
  readonly collision?: { readonly linkToken: string } | undefined;
}

export interface JourneyState {
  readonly journey: Journey;
  readonly change: (next: Partial<Journey>) => void;
}

const Way = createContext<JourneyState>({ journey: { email: "" }, change: () => undefined });
export const JourneyProvider = Way.Provider;

export function useJourney(): JourneyState {
  return useContext(Way);
}

export function useNewJourney(first: Journey): JourneyState {
  const [journey, setJourney] = useState(first);
  return { journey, change: (next) => setJourney((before) => ({ ...before, ...next })) };
}

/** A half-login, with the time by which it has to be finished. */
export function pendingFrom(login: LoginPending, email?: string): Pending {
  return { login, email, endsAtMs: Date.now() + login.expiresInSeconds * 1000 };
}

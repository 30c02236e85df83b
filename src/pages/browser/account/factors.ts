/** Reads what the account has to sign in with, for every section. */
import type { Schemas } from "@portcullis/client";
import { useEffect } from "preact/hooks";
import { api } from "../kit/api.ts";
import { needsSecondFactor } from "../kit/given.ts";
import { type Loaded, useLoaded } from "../kit/loading.tsx";

export type Factors = Schemas["Factors"];
export type LoadedFactors = Loaded<Factors>;

export function useFactors(): LoadedFactors {
  return useFresh(useLoaded(() => api().listMyFactors()));
}

/** The least time between two questions that nobody has asked for. */
const PAUSE_MS = 5_000;

/** Asks again when somebody comes back to the tab: another one may have changed it. */
export function useFresh<D>(loaded: Loaded<D>): Loaded<D> {
  const { reload } = loaded;
  useEffect(() => {
    let askedAtMs = performance.now();
    const back = () => {
      if (document.visibilityState !== "visible" || performance.now() - askedAtMs < PAUSE_MS)
        return;
      askedAtMs = performance.now();
      void reload();
    };
    const presence = new AbortController();
    const { signal } = presence;
    document.addEventListener("visibilitychange", back, { signal });
    addEventListener("focus", back, { signal });
    addEventListener("online", back, { signal });
    return () => presence.abort();
  }, []);
  return loaded;
}

export function hasPassword({ password }: Factors): boolean {
  return password;
}

export function hasSecondFactor({ totp, passkeys }: Factors): boolean {
  return totp !== null || passkeys > 0;
}

/** True where the account can do nothing but add a second factor (MF-15). */
export function isEnrolling({ role }: Schemas["User"], factors: Factors | undefined): boolean {
  return factors !== undefined && !hasSecondFactor(factors) && needsSecondFactor(role);
}

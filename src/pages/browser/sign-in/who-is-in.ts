/** Follows who is signed in in this browser, as by now in another tab. */
import type { SessionState } from "@portcullis/client/session";
import { useEffect, useRef, useState } from "preact/hooks";
import { readCookie } from "../cookie.ts";
import { given } from "../kit/given.ts";
import { session } from "../kit/session.ts";

type WhoIsIn = SessionState | { readonly status: "asking"; readonly user?: undefined };

/** How soon another tab is noticed. Reading a cookie asks nobody. Milliseconds. */
const LOOK_MS = 1_000;
const NOBODY: WhoIsIn = { status: "signed_out" };

/**
 * Follows the readable cookie of a session, and asks the server only where there is one: for somebody signed out that
 * would be a 401 in the console of every visitor.
 */
export function useWhoIsIn(): { readonly who: WhoIsIn; readonly lookAgain: () => void } {
  const [who, setWho] = useState<WhoIsIn>(() =>
    proofCookie() === "" ? NOBODY : { status: "asking" },
  );
  const look = useRef<(anew: boolean) => void>(() => undefined);
  useEffect(() => {
    let seen: string | undefined;
    let isOver = false;
    look.current = (anew) => {
      const proof = proofCookie();
      if (proof === seen && !anew) return;
      seen = proof;
      if (proof === "") return void setWho(NOBODY);
      void session()
        .refresh()
        .then((state) => {
          if (!isOver && proofCookie() === proof) setWho(state);
        });
    };
    const glance = () => {
      if (document.visibilityState === "visible") look.current(false);
    };
    const askAnew = () => look.current(true);
    const timer = setInterval(glance, LOOK_MS);
    document.addEventListener("visibilitychange", glance);
    addEventListener("online", askAnew);
    addEventListener("pageshow", glance);
    glance();
    return () => {
      isOver = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", glance);
      removeEventListener("online", askAnew);
      removeEventListener("pageshow", glance);
    };
  }, []);
  return { who, lookAgain: () => look.current(true) };
}

/** The value of the readable cookie; empty where there is none, or where cookies cannot be read. */
function proofCookie(): string {
  try {
    return readCookie(given().csrf.cookie) ?? "";
  } catch {
    return "";
  }
}

/** A new address, or the old one, that waits for its code. It outlives a walk through the sections. */
import type { Schemas } from "@portcullis/client";
import { useEffect, useRef, useState } from "preact/hooks";

/** The mail is on its way; `proof`: of the address that the account has. */
export interface Waiting {
  readonly kind: "change" | "proof";
  readonly email: string;
  readonly challengeToken: string;
}

export interface AddressChange {
  readonly waiting: Waiting | undefined;
  readonly wait: (waiting: Waiting) => void;
  /** Says what came of it, or nothing where it was given up. */
  readonly end: (done?: Waiting["kind"]) => void;
  /** The last one that was ended by its code, or by the mail's link in another tab. */
  readonly done: Waiting["kind"] | undefined;
}

export function useAddressChange({ email, emailVerified }: Schemas["User"]): AddressChange {
  const [waiting, setWaiting] = useState<Waiting>();
  const [done, setDone] = useState<Waiting["kind"]>();
  const before = useRef(email);
  useEffect(() => {
    if (waiting?.kind === "change" && email !== before.current) end("change");
    if (waiting?.kind === "proof" && emailVerified) end("proof");
    before.current = email;
  }, [email, emailVerified]);

  function end(how?: Waiting["kind"]): void {
    setWaiting(undefined);
    setDone(how);
  }

  return {
    waiting,
    done,
    end,
    wait(next) {
      setWaiting(next);
      setDone(undefined);
    },
  };
}

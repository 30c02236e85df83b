"use client";

import { useSession } from "@portcullis/client/react";

/** Where the auth server could not be asked: the session in the browser goes on asking. */
export function Waiting() {
  const { status } = useSession();
  return status === "unknown" ? (
    <p className="quiet" role="status">
      One moment …
    </p>
  ) : null;
}

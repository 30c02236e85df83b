import { keepAlive } from "../../domain/sessions.ts";
import { presentedCredential, schemes } from "../credentials/schemes.ts";
import { check } from "./check.ts";

/** Finds the caller, by a credential that the operation accepts. */
export const identify = check({
  name: "identify",
  refuses:
    "A request without a live session, unless the operation needs none. Where tokens are accepted, a request with an Authorization header is judged by that alone.",
  problems: ["unauthenticated"],
  concerns: ({ security }) => security.accepts.length > 0 || !security.optional,
  async judge(judged) {
    const { accepts, optional } = judged.operation.security;
    const carried = presentedCredential(judged.request, accepts);
    if (carried !== undefined) {
      const { credential, presented } = carried;
      const found = await schemes[credential].find(judged.gate.deps, judged.state, presented);
      if (found !== undefined) {
        const touching = keepAlive(judged.gate.deps, judged.state, found);
        if (touching !== undefined) await touching;
        judged.caller = { ...found, credential };
      }
    }
    return judged.caller === undefined && !optional ? { problem: "unauthenticated" } : undefined;
  },
});

import { isSafeMethod } from "../../contract/security.ts";
import { recordCsrfRejection } from "../../domain/refusals.ts";
import { check, type Gate, type Judged } from "./check.ts";

/** The second layer behind the CSRF proof, and the first for login and signup (CS-06, CS-07). */
export const crossSite = check({
  name: "cross-site",
  refuses:
    "A change that another site makes, as the browser says: `Sec-Fetch-Site: cross-site`, or an `Origin` that is not ours. An origin in `CORS_ORIGINS` passes.",
  problems: ["csrf_rejected"],
  concerns: ({ method }) => !isSafeMethod(method),
  judge: (judged) => (isCrossSite(judged.request, judged.gate) ? refuse(judged) : undefined),
});

/**
 * True where a browser says that another site makes this request. Both headers are set by the browser,
 * not by the page. A client that sends neither is no browser, carries no ambient cookies, and passes.
 * An origin in CORS_ORIGINS was let in by the operator, also where it is of another site; its changes
 * by cookie still need the CSRF proof.
 */
function isCrossSite({ headers }: Request, { allowedOrigins, corsOrigins }: Gate): boolean {
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins.has(origin)) return false;
  if (headers.get("sec-fetch-site") === "cross-site") return true;
  return origin !== null && !allowedOrigins.has(origin);
}

async function refuse({ gate, state, operation: { operationId } }: Judged) {
  const fields = { operation: operationId, reason: "cross_site" } as const;
  await recordCsrfRejection(gate.deps, state, fields);
  return { problem: "csrf_rejected" } as const;
}

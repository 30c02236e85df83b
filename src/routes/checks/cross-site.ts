import { SENT_ORIGIN_MAX_LENGTH } from "../../contract/problems.ts";
import { isSafeMethod } from "../../contract/security.ts";
import { recordCsrfRejection } from "../../domain/refusals.ts";
import { check, type Gate, type Judged } from "./check.ts";

/** The second layer behind the CSRF proof, and the first for login and signup (CS-06, CS-07). */
export const crossSite = check({
  name: "cross-site",
  refuses:
    "A change that another site makes, as the browser says: an `Origin` that is not ours, or `Sec-Fetch-Site: cross-site`. An origin in `CORS_ORIGINS` passes.",
  problems: ["origin_not_allowed", "csrf_rejected"],
  concerns: ({ method }) => !isSafeMethod(method),
  judge(judged) {
    const refusal = refusalOf(judged.request, judged.gate);
    return refusal && record(judged).then(() => refusal);
  },
});

/**
 * The refusal of a request that another site makes, as a browser says. Both headers are set by the browser,
 * not by the page. A client that sends neither is no browser, carries no ambient cookies, and passes.
 * An origin in CORS_ORIGINS was let in by the operator, also where it is of another site; its changes
 * by cookie still need the CSRF proof. An origin that nobody allowed is named: whoever set the server up
 * meets it first.
 */
function refusalOf({ headers }: Request, { allowedOrigins, corsOrigins }: Gate) {
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins.has(origin)) return undefined;
  if (origin !== null && !allowedOrigins.has(origin))
    return { problem: "origin_not_allowed", origin: printable(origin) } as const;
  if (headers.get("sec-fetch-site") === "cross-site") return { problem: "csrf_rejected" } as const;
  return undefined;
}

/** The contract's `origin`: the header may have any bytes and any length. */
function printable(origin: string): string {
  return origin.slice(0, SENT_ORIGIN_MAX_LENGTH).replaceAll(/[^ -~]/g, "?");
}

async function record({ gate, state, operation: { operationId } }: Judged): Promise<void> {
  const fields = { operation: operationId, reason: "cross_site" } as const;
  await recordCsrfRejection(gate.deps, state, fields);
}

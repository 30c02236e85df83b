import { credentials } from "../../contract/credentials.ts";
import { acceptsAmbient, CSRF_HEADER, isSafeMethod } from "../../contract/security.ts";
import { isCsrfProof } from "../../domain/csrf.ts";
import { recordCsrfRejection } from "../../domain/refusals.ts";
import { check, type Judged } from "./check.ts";

/** A page of another site can make a browser send the credential, and cannot read the proof (CS-01). */
export const csrf = check({
  name: "csrf",
  refuses:
    "A change by a credential that a browser sends by itself, without the session's proof in `x-csrf-token`.",
  problems: ["csrf_rejected"],
  concerns: ({ method, security }) => !isSafeMethod(method) && acceptsAmbient(security),
  judge(judged) {
    const { caller, request, gate } = judged;
    if (caller === undefined || !credentials[caller.credential].sentByBrowser) return undefined;
    const proof = request.headers.get(CSRF_HEADER);
    if (proof === null) return refuse(judged, "missing");
    const isProven = isCsrfProof(gate.deps.secretKeys.csrf, caller.session.id, proof);
    return isProven ? undefined : refuse(judged, "mismatch");
  },
});

async function refuse({ gate, state, operation }: Judged, reason: "missing" | "mismatch") {
  const fields = { operation: operation.operationId, reason };
  await recordCsrfRejection(gate.deps, state, fields);
  return { problem: "csrf_rejected" } as const;
}

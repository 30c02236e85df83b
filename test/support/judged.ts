/** A request as the checks get it, without a server around it. */
import type { OperationDescription } from "../../src/contract/operation.ts";
import type { Gate, Judged } from "../../src/routes/checks/check.ts";
import { RequestState } from "../../src/routes/request-state.ts";
import { NOW } from "./clock.ts";
import { CLIENT } from "./domain.ts";

export function judgedOf(
  operation: OperationDescription,
  request: Request,
  gate: Partial<Gate> & Pick<Gate, "deps">,
): Judged {
  return {
    gate: {
      allowedOrigins: new Set(),
      corsOrigins: new Set(),
      refuseScraper: () => undefined,
      isDraining: () => false,
      ...gate,
    },
    operation,
    state: new RequestState(gate.deps.newId(NOW), CLIENT.ip, NOW),
    request,
    input: { ok: true, params: {}, query: {}, body: undefined, issues: [], failed: [] },
    caller: undefined,
    device: undefined,
  };
}

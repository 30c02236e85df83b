import { findDevice } from "../devices.ts";
import { TAKES_OWN_LIMITS } from "../handler.ts";
import { emailOf, takeDeclaredLimits } from "../limits.ts";
import { check, type Judged } from "./check.ts";

/** Last, so that only a sound request uses a limit up, and before the handler: nothing is hashed for one too many. */
export const limits = check({
  name: "limits",
  refuses:
    "One request too many, by the limits that the operation declares, in their order. What was taken before the one that refuses stays taken. The handler of `tokenRefresh` takes its limits itself.",
  problems: ["rate_limited"],
  concerns: (operation) =>
    operation.limits !== undefined && operation.operationId !== TAKES_OWN_LIMITS,
  async judge(judged) {
    if (judged.operation.limits?.includes("login_email")) await recognize(judged);
    const taken = await takeDeclaredLimits(judged, async () => undefined);
    if ("refusal" in taken) return taken.refusal;
    await taken.durable;
    return undefined;
  },
});

/** A device that the account knows has a count of its own (RL-03), and the login asks for it again. */
async function recognize(judged: Judged): Promise<void> {
  const { gate, state, request, input } = judged;
  judged.device = await findDevice(gate.deps, state, request, emailOf(input.body));
}

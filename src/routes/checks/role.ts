import { recordDenial } from "../../domain/refusals.ts";
import { check, type Judged } from "./check.ts";

export const role = check({
  name: "role",
  refuses: "A caller without the role that the operation needs.",
  problems: ["forbidden"],
  concerns: ({ security }) => security.role !== undefined,
  judge(judged) {
    const { caller, operation } = judged;
    return caller?.user.role === operation.security.role ? undefined : refuse(judged);
  },
});

async function refuse({ caller, gate, state, operation }: Judged) {
  const fields = caller && { userId: caller.user.id, operation: operation.operationId };
  if (fields) await recordDenial(gate.deps, state, fields);
  return { problem: "forbidden" } as const;
}

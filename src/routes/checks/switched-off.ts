import type { OperationDescription } from "../../contract/operation.ts";
import type { Dependencies } from "../../domain/ports/dependencies.ts";
import { check } from "./check.ts";

const isOn: {
  readonly [Setting in NonNullable<OperationDescription["switchedBy"]>]: (
    deps: Dependencies,
  ) => boolean;
} = { MAIL_LOGIN: ({ mailLogin }) => mailLogin };

/** First, so that nothing tells such a request from one of a path that does not exist (ML-07). */
export const switchedOff = check({
  name: "switched-off",
  refuses: "Every request of an operation that a setting switches off.",
  problems: ["not_found"],
  concerns: ({ switchedBy }) => switchedBy !== undefined,
  judge: ({ operation: { switchedBy }, gate: { deps } }) =>
    switchedBy === undefined || isOn[switchedBy](deps) ? undefined : { problem: "not_found" },
});

import { problemsOf } from "../../contract/operation.ts";
import { overloaded } from "../overload.ts";
import { check } from "./check.ts";

export const draining = check({
  name: "draining",
  refuses: "Every request, once shutdown has begun, unless the operation needs no database.",
  problems: ["overloaded"],
  concerns: (operation) => problemsOf(operation).includes("overloaded"),
  judge: ({ gate }) => (gate.isDraining() ? overloaded("stopping") : undefined),
});

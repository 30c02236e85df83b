import { mustEnrol } from "../../domain/second-factor-policy.ts";
import { check } from "./check.ts";

export const enrolled = check({
  name: "enrolled",
  refuses:
    "A caller without the second factor that `SECOND_FACTOR` asks for, unless the operation helps to add one.",
  problems: ["second_factor_enrolment_required"],
  concerns: ({ security, whileUnenrolled }) =>
    security.accepts.length > 0 && !security.optional && !whileUnenrolled,
  judge({ caller, gate: { deps } }) {
    // Asks the database only where the policy does (MF-15).
    const judgement = caller !== undefined && mustEnrol(deps, caller.user);
    if (judgement === false) return undefined;
    return judgement.then((must) =>
      must ? { problem: "second_factor_enrolment_required" } : undefined,
    );
  },
});

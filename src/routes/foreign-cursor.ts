import type { Failure } from "./handler.ts";

/** Refuses a cursor that this list did not give. Only the handler of the list can tell. */
export const foreignCursor: Failure<"validation_failed"> = {
  problem: "validation_failed",
  issues: [
    {
      part: "query",
      path: ["cursor"],
      message: "Must be the nextCursor of an earlier page of this list",
      code: "invalid_cursor",
    },
  ],
};

import { check, type Judged } from "./check.ts";
import { refuseUnlessRecent } from "./recent.ts";

/** After `validation`: it reads the body. */
export const recentForBody = check({
  name: "recent-for-body",
  refuses: "As `recent`, where the operation needs it for some bodies only.",
  problems: ["reauthentication_required"],
  concerns: ({ recent: needed }) => typeof needed === "object",
  judge(judged) {
    const { recent: needed } = judged.operation;
    if (typeof needed !== "object") return undefined;
    const isAsked =
      "bodyHas" in needed ? bodyHas(judged, needed.bodyHas) : !bodyHas(judged, needed.bodyLacks);
    return isAsked ? refuseUnlessRecent(judged) : undefined;
  },
});

function bodyHas({ input: { body } }: Judged, property: string): boolean {
  return typeof body === "object" && body !== null && Reflect.get(body, property) !== undefined;
}

import { waysToReauthenticate, isRecent } from "../../domain/recent-authentication.ts";
import { check, type Judged } from "./check.ts";

export const recent = check({
  name: "recent",
  refuses:
    "A caller who has not proved who they are for `RECENT_AUTH_SECONDS`, where the operation needs it. The proof is that of the very session, by a second factor where the account has one: neither a refresh nor activity makes it recent.",
  problems: ["reauthentication_required"],
  concerns: (operation) => operation.recent === true,
  judge: refuseUnlessRecent,
});

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

async function refuseUnlessRecent({ caller, gate: { deps }, state }: Judged) {
  if (caller === undefined || (await isRecent(deps, state, caller.session))) return undefined;
  const methods = await waysToReauthenticate(deps, caller.user);
  return { problem: "reauthentication_required", methods } as const;
}

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

/** Also of `recentForBody`. */
export async function refuseUnlessRecent({ caller, gate: { deps }, state }: Judged) {
  if (caller === undefined || (await isRecent(deps, state, caller.session))) return undefined;
  const methods = await waysToReauthenticate(deps, caller.user);
  return { problem: "reauthentication_required", methods } as const;
}

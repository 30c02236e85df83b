/** Says, before the last second step goes, what goes with it. */
import { say } from "./words.ts";

/** `isAsked`: the service asks for a second step. */
export function LastFactor({ isAsked }: { readonly isAsked: boolean }) {
  return (
    <>
      <p>{say("lastFactorText")}</p>
      {isAsked && <p>{say("lastFactorEnrol")}</p>}
    </>
  );
}

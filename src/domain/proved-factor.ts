/** A second factor that was proved, whichever it is. */
import type { Change } from "./change.ts";
import type { AuthMethod } from "./ports/sessions.ts";

/** The change that it allows. */
export type FactorChange = Change<"secretKeys" | "quotas" | "mailTemplates" | "relyingParty">;

/** A second factor that is right. */
export interface ProvedFactor {
  readonly method: AuthMethod;
  /** Uses it up, in one conditional statement; false where another request was first. Undo the change then. */
  use(change: FactorChange): Promise<boolean>;
  /** Records, after that, that it could not be used. */
  recordUnused(): Promise<void>;
}

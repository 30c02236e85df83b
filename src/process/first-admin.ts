/** The first administrator: from the settings, or made up once for a developer. There are no default credentials (LG-04). */
import { weakPasswordText } from "../contract/password-policy.ts";
import type { Settings } from "./settings.ts";
import { makeFirstAdmin } from "../domain/accounts.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { newSecret } from "../domain/secrets.ts";
import { dropPassword, keepPassword } from "./first-admin-file.ts";
import { StartRefusedError } from "./start-refused.ts";

/** A reserved name (RFC 2606): no mail can reach a stranger. */
const DEVELOPMENT_EMAIL = "admin@example.com";

export interface FirstAdmin {
  readonly email: string;
  /** To be shown, for it is kept nowhere. Undefined where ADMIN_PASSWORD gave it, and where a file has it. */
  readonly password?: string;
}

/**
 * Makes the first admin while there is none. Undefined where there is one, or where production names none. A password
 * that is made up is answered where somebody watches, and kept in a file elsewhere.
 */
export async function ensureFirstAdmin(
  deps: Dependencies,
  settings: Settings,
  occasion: Occasion,
  isWatched: boolean,
): Promise<FirstAdmin | undefined> {
  const { NODE_ENV, ADMIN_EMAIL, ADMIN_PASSWORD } = settings;
  if (ADMIN_EMAIL === undefined && NODE_ENV !== "development") return undefined;
  const admins = await deps.storage.users.list({ role: "admin" }, 1, undefined);
  if (admins.length > 0) return undefined; // no password is hashed that will not be used

  const email = ADMIN_EMAIL ?? DEVELOPMENT_EMAIL;
  const isMadeUp = ADMIN_PASSWORD === undefined;
  const makeUp = () => (isWatched ? newSecret() : keepPassword(settings, email));
  const password = isMadeUp ? await makeUp() : ADMIN_PASSWORD;
  const outcome = await makeFirstAdmin(deps, occasion, email, password);
  if (outcome === "made") return isMadeUp && isWatched ? { email, password } : { email };
  if (outcome.failure === "weak_password")
    throw new StartRefusedError(
      `ADMIN_PASSWORD is refused by the password policy: ${weakPasswordText(outcome)}`,
    );
  if (outcome.failure === "email_taken") {
    if (isMadeUp && !isWatched) await dropPassword(settings);
    throw new StartRefusedError("ADMIN_EMAIL belongs to an account that is no administrator");
  }
  return undefined; // another process was first, or the queue is full at the start
}

/** The session behind a request of somebody else's route, found as the pipeline finds it. */
import type { z } from "zod";
import type { User as UserSchema } from "../contract/accounts.ts";
import type { Credential } from "../contract/credentials.ts";
import { signingIn } from "../contract/credentials.ts";
import { outsideRequest } from "../domain/change.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { mustEnrol } from "../domain/second-factor-policy.ts";
import { presentedCredential, schemes } from "./credentials/schemes.ts";

type ContractUser = z.output<typeof UserSchema>;

/** Somebody who is signed in, as the account and the session are at this moment. */
export interface SignedIn extends Readonly<
  Pick<ContractUser, "email" | "emailVerified" | "name" | "role">
> {
  readonly userId: ContractUser["id"];
  readonly sessionId: string;
  /**
   * The credential that carried the session. A browser sends a `session` cookie by itself, also where another page makes it: a change by
   * one needs a proof of its own against CSRF.
   */
  readonly carrier: Credential;
  /** `SECOND_FACTOR` asks for a second factor that the account has not: the API lets it add one, and do little else. */
  readonly mustAddSecondFactor: boolean;
}

/**
 * Finds who makes a request; undefined for nobody. One query or two, no write: the session is not noted as used. A bad
 * Authorization header never falls back to a cookie. Rejects with a `StorageUnavailableError`.
 */
export async function findSignedIn(
  deps: Dependencies,
  request: Request,
  now: number,
): Promise<SignedIn | undefined> {
  const carried = presentedCredential(request, signingIn);
  if (carried === undefined) return undefined;
  const { credential, presented } = carried;
  const found = await schemes[credential].find(deps, outsideRequest(now), presented);
  if (found === undefined) return undefined;
  const { user, session } = found;
  const { id: userId, email, emailVerified, name, role } = user;
  return {
    userId,
    email,
    emailVerified,
    name,
    role,
    sessionId: session.id,
    carrier: credential,
    mustAddSecondFactor: await mustEnrol(deps, user),
  };
}

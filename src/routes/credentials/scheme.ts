import type { Dependencies } from "../../domain/ports/dependencies.ts";
import type { Occasion } from "../../domain/ports/events.ts";
import type { SessionWithUser } from "../../domain/ports/sessions.ts";

/** How one credential travels, and how the session behind it is found. */
export interface CredentialScheme {
  /** The credential as the request carries it, good or bad; undefined where the request has none of this kind. */
  read(request: Request): string | undefined;
  /** The live session behind it, with its account; undefined where the credential is false or its session dead. */
  find(
    deps: Dependencies,
    occasion: Occasion,
    presented: string,
  ): Promise<SessionWithUser | undefined>;
}

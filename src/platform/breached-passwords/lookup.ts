/** Tells whether a password is known from breaches. Who cannot tell lets it through, and says so: nobody is kept from signing up by an outage elsewhere. */
import { createHash } from "node:crypto";
import type { Meter } from "../../domain/ports/meter.ts";
import type { BreachLookup } from "../../domain/ports/passwords.ts";
import { type BreachSource, SourceFault } from "./source.ts";

export interface Watchers {
  readonly meter: Pick<Meter, "breachChecked">;
  /** Told for each password that was let through unseen. */
  tell(trouble: { readonly source: BreachSource["name"]; readonly why: string }): void;
}

export function createBreachLookup(
  source: BreachSource,
  { meter, tell }: Watchers,
): BreachLookup["isBreached"] {
  return async (password) => {
    try {
      const isFound = await source.has(
        createHash("sha1").update(password).digest("hex").toUpperCase(),
      );
      meter.breachChecked(isFound ? "found" : "not_found");
      return isFound;
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      meter.breachChecked("unavailable");
      tell({ source: source.name, why: error.message });
      return false;
    }
  };
}

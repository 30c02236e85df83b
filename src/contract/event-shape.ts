/** The grammar of events: an event as the contract describes it. The events are in `event-shapes.ts`. */
import { z } from "zod";
import type { Id } from "./values.ts";

export type Level = "info" | "warn" | "error";

export const nullable = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()]);

/** Of examples: an event that no request caused. */
export const outsideRequest = { requestId: null, ip: null };
export const operationName = z.string().max(64).meta({ description: "An operationId." });

type Fields = Record<string, z.ZodType>;
type NullableId = ReturnType<typeof nullable<typeof Id>>;
type IdSchema = typeof Id | NullableId | z.ZodOptional<typeof Id> | z.ZodOptional<NullableId>;
/** The names of those fields that hold an id. */
type IdKey<F extends Fields> = {
  [K in keyof F]: F[K] extends IdSchema ? K : never;
}[keyof F];

interface Shape<F extends Fields> {
  readonly level: Level;
  /** The first sentence is the event's title in the document. */
  readonly summary: string;
  /** Besides those that every event has: its name, `level`, `timestamp`, `requestId`, `ip`. */
  readonly fields: F;
  readonly example: Partial<typeof outsideRequest> & z.output<z.ZodObject<F>>;
}

interface OwnerShape<F extends Fields, S> extends Shape<F> {
  /** The field with the id of the account the event concerns. */
  readonly about: IdKey<F>;
  /** The fields that the account's owner is shown. Never an id, which may be another person's. */
  readonly shown: S;
}

interface OperatorShape<F extends Fields> extends Shape<F> {
  /** The field with the id of the account the event concerns; null where it concerns none. */
  readonly about: IdKey<F> | null;
}

/** An event that is stored, and that the owner of the account may see in their own history. */
export function ownerEvent<F extends Fields, const S extends readonly Exclude<keyof F, IdKey<F>>[]>(
  shape: OwnerShape<F, S>,
) {
  return { ...shape, audience: "owner", kept: "stored" } as const;
}

/** An event that is stored for administrators alone. */
export function operatorEvent<F extends Fields>(shape: OperatorShape<F>) {
  return { ...shape, audience: "operator", kept: "stored" } as const;
}

/** An event of the server itself, for its operators: printed, and kept nowhere. */
export function printedEvent<F extends Fields>(shape: Shape<F>) {
  return { ...shape, audience: "operator", kept: "stdout", about: null } as const;
}

/** Parts of problem documents: the fields that some codes have, and the sentence that may repeat one of them. */
import { z } from "zod";

const RequestPart = z.enum(["body", "query", "params", "headers"]);

const Issue = z
  .strictObject({
    part: RequestPart,
    path: z.array(z.string().max(256)).max(32).meta({ description: "Where in the part." }),
    message: z.string().max(512),
    code: z.string().max(64),
  })
  .meta({
    id: "Issue",
    description: "One thing that is wrong with the request. It never repeats the value sent.",
    examples: [
      {
        part: "body",
        path: ["email"],
        message: "Must be an e-mail address",
        code: "invalid_format",
      },
    ],
  });

export const issues = z.array(Issue).min(1).max(100);
export const retryAfterSeconds = z
  .int()
  .min(1)
  .max(86_400)
  .meta({
    format: "int32",
    description: "The same number as the header `Retry-After`.",
    examples: [1],
  });

/** How much of an `Origin` is repeated: room for `https://`, a host name of 253 characters, and a port. Characters. */
export const SENT_ORIGIN_MAX_LENGTH = 267;

/** The header as it was sent, shortened, and with `?` for what is no printable ASCII: nothing in it can begin a line or turn one around. */
export const SentOrigin = z
  .string()
  .max(SENT_ORIGIN_MAX_LENGTH)
  .regex(/^[ -~]*$/)
  .meta({
    description: "The header `Origin` of the request, with `?` for what is no printable ASCII.",
    examples: ["http://localhost:5173"],
  });

/** The sentence with the fields at their places. */
export function fillDetail(detail: string, valueOf: (field: string) => string): string {
  return detail.replaceAll(/\{(\w+)\}/g, (_, field: string) => valueOf(field));
}

/** The sentence itself; where it repeats the origin, the pattern of all it can be. */
export function detailSchema(detail: string): z.ZodType {
  const [before, after] = detail.split("{origin}").map(asPattern);
  if (after === undefined) return z.literal(detail);
  return z
    .string()
    .max(detail.length + SENT_ORIGIN_MAX_LENGTH)
    .regex(new RegExp(`^${before}[ -~]*${after}$`));
}

function asPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

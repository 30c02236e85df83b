/** Headers of a success, as the document describes them. */
import type { ResponseDescription } from "./operation.ts";

/** The longest value. UTF-16 units. */
const HEADER_MAX_LENGTH = 1024;

/** The headers that the operation declares, by name. */
export function successHeaders({ headers = {}, sometimes = [] }: ResponseDescription) {
  const schema = { type: "string" as const, maxLength: HEADER_MAX_LENGTH };
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [
      name,
      { description, required: !sometimes.includes(name), schema },
    ]),
  );
}

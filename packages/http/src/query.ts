import type { RawQuery } from "./context.ts";
import { createRecord } from "./record.ts";
import { decodePercent } from "./url.ts";

/**
 * Parses a query string (without `?`). A repeated key becomes an array, `+` is a space, a key
 * without `=` is `""`, and malformed percent-escapes are kept.
 */
export function parseQuery(search: string): RawQuery {
  const query = createRecord<string | string[]>();
  if (search === "") return query;
  for (const pair of search.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decodeFormText(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? "" : decodeFormText(pair.slice(equals + 1));
    const earlier = query[name];
    if (earlier === undefined) query[name] = value;
    else if (typeof earlier === "string") query[name] = [earlier, value];
    else earlier.push(value);
  }
  return query;
}

// The plus comes first: a literal plus travels as %2B and must survive.
function decodeFormText(text: string): string {
  return decodePercent(text.replaceAll("+", " "));
}

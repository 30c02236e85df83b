/** The cookies of the auth server, on their way to a visitor. */

/** A cookie in parts, for frameworks that take no line: `(await cookies()).set(parseSetCookie(line))` in Next. */
export interface ParsedCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "strict" | "lax";
  /** Seconds; 0 removes it. Without it, it ends with the browser. */
  readonly maxAge?: number;
}

/** Takes a `Set-Cookie` line of the auth server apart. */
export function parseSetCookie(line: string): ParsedCookie {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const { name, value } = cookieOf(pair);
  const given = new Map(
    attributes.map((attribute) => {
      const { name, value } = cookieOf(attribute);
      return [name.toLowerCase(), value];
    }),
  );
  const maxAge = given.get("max-age");
  return {
    name,
    value,
    path: given.get("path") ?? "/",
    secure: given.has("secure"),
    httpOnly: given.has("httponly"),
    sameSite: given.get("samesite")?.toLowerCase() === "strict" ? "strict" : "lax",
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
  };
}

/** A pair as it is written: only the first `=` parts it. */
export function cookieOf(pair: string): { readonly name: string; readonly value: string } {
  const equals = pair.indexOf("=");
  if (equals === -1) return { name: pair, value: "" };
  return { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
}

/** The kinds of values that the settings of pages have. A message describes a good value, and never repeats the given one. */
import { z } from "zod";
import { isSafeOrigin, parsed } from "./setting-values.ts";

export const accentColor = z.string().regex(/^#[0-9a-f]{6}$/i, {
  error: "must be a colour such as #2456c7: a # and six hexadecimal digits",
});

/** The path of a file; `page-look.ts` reads it at the start. */
export const logoFile = z.string().regex(/\.(?:svg|png)$/, {
  error: "must be the path of an image, whose name ends in .svg or .png",
});

/** A page that people are led to, and no token is added. */
export const webPage = parsed((value) => {
  const url = URL.parse(value);
  const isGood = url?.username === "" && url.password === "" && isSafeOrigin(url);
  return isGood ? url.href : undefined;
}, "must be the https URL of a page, such as https://example.com/privacy; http only on this very machine");

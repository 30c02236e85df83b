import type { PageGiven } from "../page-given.ts";

/** Reads the values that the server wrote into the page of this name. Throws where it wrote none. */
export function given<P extends keyof PageGiven>(page: P): PageGiven[P] {
  const text = document.body.dataset[page];
  if (text === undefined) throw new Error(`The page was given nothing for ${page}`);
  return JSON.parse(text) as PageGiven[P]; // the same type was written, by `renderPage`
}

import type { Given } from "../given.ts";

/** Reads the values that the server wrote into the page of this name. Throws where it wrote none. */
export function given<P extends keyof Given>(page: P): Given[P] {
  const text = document.body.dataset[page];
  if (text === undefined) throw new Error(`The page was given nothing for ${page}`);
  return JSON.parse(text) as Given[P]; // the same type was written, by `renderPage`
}

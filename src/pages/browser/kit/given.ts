import type { Given } from "../../given.ts";

let read: Given | undefined;

/** Values that the server wrote into the page. Throws where it wrote none. */
export function given(): Given {
  return (read ??= parse());
}

function parse(): Given {
  const text = document.body.dataset["given"];
  if (text === undefined) throw new Error("The page was given nothing");
  return JSON.parse(text) as Given; // the same type was written, by the server
}

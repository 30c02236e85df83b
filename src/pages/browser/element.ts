/** Finds the one element of the page that the selector names. Throws where there is none of that kind. */
export function element<E extends HTMLElement>(selector: string, kind: abstract new () => E): E {
  const found = document.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} at ${selector}`);
}

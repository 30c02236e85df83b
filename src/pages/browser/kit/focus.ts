/** Keeps the place of whoever goes through a page by keyboard, where the element that has the focus is taken away. */

/** Remembers where the focus is. The answer gives it back: to the element, or to what has come nearest to its place. */
export function rememberFocus(): () => void {
  const element = document.activeElement;
  const part = element?.closest("section, dialog");
  const row = element?.closest(".row");
  const at = part && row ? rowsOf(part).indexOf(row) : -1;
  return () => {
    if (!(element instanceof HTMLElement)) return;
    if (element.isConnected) return void element.focus();
    if (!part?.isConnected) return;
    const near = row?.isConnected ? row : rowsOf(part)[at];
    (firstButton(near) ?? part.querySelector<HTMLElement>("h2"))?.focus();
  };
}

/** Watches all of the page, from its start on. A view that chooses a place of its own does so after this. */
export function keepFocus(): void {
  let last = document.activeElement;
  let giveBack: () => void = () => undefined;
  document.addEventListener("focusin", () => {
    last = document.activeElement;
    giveBack = rememberFocus();
  });
  new MutationObserver(() => {
    const isLost = () => document.activeElement === document.body && last?.isConnected === false;
    if (isLost()) giveBack();
    // All of the view is gone, as after signing out.
    if (isLost()) document.querySelector("h1")?.focus();
  }).observe(document.body, { childList: true, subtree: true });
}

/** Leads to a part of the page: to its first button, or its heading. */
export function leadTo(part: Element | null): void {
  part?.scrollIntoView();
  const button = part?.matches(".row") ? firstButton(part) : undefined;
  (button ?? part?.querySelector<HTMLElement>("h2"))?.focus({ preventScroll: true });
}

function rowsOf(part: Element): Element[] {
  return [...part.querySelectorAll(".row")];
}

function firstButton(row: Element | undefined): HTMLElement | null | undefined {
  return row?.querySelector<HTMLElement>("button");
}

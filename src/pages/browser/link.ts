/**
 * Takes what the link of a mail carries out of the address bar, and so out of the history, before anything else.
 * Empty where there is nothing, as after a reload.
 */
export function takeLink(): URLSearchParams {
  const values = new URLSearchParams(location.hash.slice(1));
  // RS-02
  history.replaceState(null, "", location.pathname);
  // Another link opened over this page, or this one again, changes the fragment alone: the page begins anew.
  addEventListener("hashchange", () => location.reload());
  return values;
}

export const INCOMPLETE =
  "This link is not complete, or this page was loaded again. Open the link in the mail again.";

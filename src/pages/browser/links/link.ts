let taken: URLSearchParams | undefined;

/**
 * Takes what the link of a mail carries out of the address bar, and so out of the history, before anything else (RS-02).
 * Empty where there is nothing, as after a reload.
 */
export function takeLink(): URLSearchParams {
  if (taken !== undefined) return taken;
  taken = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  // Another link opened over this page, or this one again, changes the fragment alone: the page begins anew.
  addEventListener("hashchange", () => location.reload());
  return taken;
}

/** The `state` of a link begins with it, so that the page that a provider leads back to knows which of the two it ends. */
export const LINK_STATE_PREFIX = "link.";

// The image's health check: asks the server of this container whether it is ready, and exits with 0 or 1.
// By Node itself, as the image may have neither a shell nor curl.
const { HOST = "", PORT = "", PUBLIC_URL = "" } = process.env;

/** "All addresses" are none to call. */
const anywhere = new Map([
  ["", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "[::1]"],
]);
const bare = HOST.replace(/^\[(.*)\]$/, "$1");
const host = anywhere.get(bare) ?? (bare.includes(":") ? `[${bare}]` : bare);
// A PUBLIC_URL with a path is where everything is served.
const path = (URL.parse(PUBLIC_URL)?.pathname ?? "/").replace(/\/$/, "");

const url = `http://${host}:${PORT || "3000"}${path}/readyz`;
// Sooner than the check itself is given up, which tells nobody why.
const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) }).catch(() => undefined);
process.exit(answer?.status === 200 ? 0 : 1);

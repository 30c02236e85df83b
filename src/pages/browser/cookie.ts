/** Reads a cookie that scripts may see; undefined where there is none, or an empty one. */
export function readCookie(name: string): string | undefined {
  const start = `${name}=`;
  const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(start));
  return found?.slice(start.length) || undefined;
}

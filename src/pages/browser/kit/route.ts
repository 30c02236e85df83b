/** Paths of an application and their parameters. */
import { pagePaths } from "../../../contract/page-paths.ts";
import { RETURN_PARAMETER } from "../../../contract/return-to.ts";

/** The values at the places of a pattern, `/admin/users/:userId`; undefined where the path is another. */
export function matchPath(
  pattern: string,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split("/");
  const found = path.replace(/(.)\/+$/, "$1").split("/");
  if (wanted.length !== found.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [at, piece] of wanted.entries()) {
    const value = found[at] ?? "";
    if (!piece.startsWith(":")) {
      if (piece !== value) return undefined;
      continue;
    }
    if (value === "" || !canDecode(value)) return undefined;
    parameters[piece.slice(1)] = decodeURIComponent(value);
  }
  return parameters;
}

/** The path of the sign-in, which leads on to `returnTo`: a path with the mount path, or a whole URL. */
export function signInPath(returnTo: string): string {
  return `${pagePaths.signIn}?${String(new URLSearchParams({ [RETURN_PARAMETER]: returnTo }))}`;
}

/** Where a link for a new password is asked for. */
export const forgottenPath = `${pagePaths.signIn}?view=forgotten`;

/** The path without the mount path; undefined where it is not beneath it. */
export function withoutMount(mountPath: string, path: string): string | undefined {
  if (mountPath === "") return path;
  if (path === mountPath) return "/";
  return path.startsWith(`${mountPath}/`) ? path.slice(mountPath.length) : undefined;
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

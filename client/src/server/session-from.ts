/** The state of a visitor's session, for a page that a server renders. */
import { plainCookieName, SESSION_COOKIE } from "../generated/cookies.ts";
import { SIGNED_OUT, type SessionState, stateOf, UNKNOWN } from "../session/state.ts";
import { forward, type ForwardOptions } from "./forward.ts";
import { readVisitor, type Visitor } from "./visitor.ts";

/**
 * Asks who the visitor is. Nobody is asked about a visitor without a session's cookie. `unknown` where no answer came:
 * give it to the page, which will ask by itself. It is of one visitor: no cache may keep it, nor the page.
 */
export async function sessionFrom(
  visitor: Visitor,
  options: ForwardOptions,
): Promise<SessionState> {
  const { api } = forward(visitor, options);
  if (!hasSession(readVisitor(visitor).header("cookie") ?? "")) return SIGNED_OUT;
  return stateOf(await api.getMe()) ?? UNKNOWN;
}

function hasSession(cookieHeader: string): boolean {
  const names = [SESSION_COOKIE, plainCookieName(SESSION_COOKIE)];
  return cookieHeader
    .split(";")
    .some((each) => names.includes(each.trimStart().split("=")[0] ?? ""));
}

/** Who is calling: the credential the request carries, and the live session behind it. */
import type { OperationDescription } from "../contract/operation.ts";
import { verifyAccessToken } from "../domain/access-tokens.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import { recognizeDevice } from "../domain/devices.ts";
import type { Device } from "../domain/ports/devices.ts";
import { recognizeCookie, recognizeSession } from "../domain/sessions.ts";
import type { SessionWithUser } from "../domain/ports/sessions.ts";
import { readDeviceSecret, readSessionSecret } from "./cookies.ts";
import type { RequestState } from "./request-state.ts";
import type { Caller } from "./handler.ts";

/** RFC 6750 §2.1, and nothing looser (TK-21). The scheme's name has no case (RFC 9110 §11.1). */
const AUTHORIZATION = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * The caller, by a credential the operation accepts; undefined where there is none or it is dead. A
 * request with an Authorization header is judged by that alone: a bad token never falls back to a cookie.
 */
export async function findCaller(
  deps: Dependencies,
  state: RequestState,
  request: Request,
  { accepts }: OperationDescription["security"],
): Promise<Caller | undefined> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null && accepts.includes("bearer")) {
    const found = await findByToken(deps, state, authorization);
    return found && { ...found, credential: "bearer" };
  }
  if (!accepts.includes("session")) return undefined;
  const found = await findByCookie(deps, state, request);
  return found && { ...found, credential: "session" };
}

/** The token of an Authorization header; undefined where it is anything else. */
export function readBearer(authorization: string): string | undefined {
  return AUTHORIZATION.exec(authorization)?.[1];
}

/** The live session of the request's cookie, if any. Not async: it would wrap the domain's promise in one of its own. */
function findByCookie(
  deps: Dependencies,
  state: RequestState,
  request: Request,
): Promise<SessionWithUser | undefined> | undefined {
  const secret = readSessionSecret(request);
  return secret === undefined ? undefined : recognizeCookie(deps, state, secret);
}

/** The device of the request's cookie, if the account with this address knows it. */
export async function findDevice(
  deps: Dependencies,
  state: RequestState,
  request: Request,
  email: string | undefined,
): Promise<Device | undefined> {
  const secret = readDeviceSecret(request);
  if (secret === undefined || email === undefined) return undefined;
  return recognizeDevice(deps, state, secret, email);
}

async function findByToken(
  deps: Dependencies,
  state: RequestState,
  authorization: string,
): Promise<SessionWithUser | undefined> {
  const token = readBearer(authorization);
  const claims = token === undefined ? undefined : await verifyAccessToken(deps, state, token);
  if (claims === undefined) return undefined;
  const found = await recognizeSession(deps, state, claims.sessionId);
  // A token names its owner as well as its session; both must be the ones we know (TK-10).
  const isOwn = found?.session.kind === "token" && found.user.id === claims.userId;
  return isOwn ? found : undefined;
}

/** The calls of this server to the auth server, as the visitor whose request it answers. */
import { forward, parseSetCookie, sessionFrom } from "@portcullis/client/server";
import { cookies, headers } from "next/headers";
import { AUTH_URL } from "./auth-url";

/**
 * The number of proxies in front of Next. Each adds the address that it sees; Next itself tells no program where a
 * request comes from. Without any, all visitors have the address of this server.
 */
const trustedHops = Number(process.env["TRUSTED_HOPS"] ?? 0);
const options = {
  baseUrl: AUTH_URL,
  ...(trustedHops > 0 ? { trustedHops } : { address: undefined }),
};

export async function visitorSession() {
  return sessionFrom(await headers(), options);
}

/** For server actions alone, where cookies can be set. */
export async function asVisitor() {
  const { api, setCookies } = forward(await headers(), options);
  return {
    api,
    /** Hands on what the auth server has set. */
    async keepCookies() {
      const jar = await cookies();
      for (const line of setCookies) jar.set(parseSetCookie(line));
    },
  };
}

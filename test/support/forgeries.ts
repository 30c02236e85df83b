/** A genuine access token, and forgeries of it with the server's own key: only the rule under test can refuse them. */
import { tokenLogin } from "../../src/domain/login.ts";
import { sign } from "node:crypto";
import { verifyAccessToken } from "../../src/domain/access-tokens.ts";
import { decode, encode } from "./base64url.ts";
import { NOW } from "./clock.ts";
import { PASSWORD } from "./credentials.ts";
import { CLIENT, openDomain, succeeded } from "./domain.ts";

type Members = Readonly<Record<string, unknown>>;

export async function openForgery() {
  const domain = await openDomain();
  const user = await domain.newUser();
  const credentials = { email: user.email, password: PASSWORD };
  const { accessToken: genuine } = succeeded(
    await tokenLogin(domain.deps, domain.at(), {
      ...credentials,
      client: CLIENT,
      device: undefined,
    }),
  );
  const [first, second] = genuine.split(".");
  const [header, payload] = [decode(first), decode(second)];

  return {
    domain,
    user,
    genuine,
    header,
    payload,
    verify: (token: string, now = NOW) => verifyAccessToken(domain.deps, domain.at(now), token),
    /** The genuine token with these members changed, signed anew. */
    async forge(headerChanges: Members = {}, payloadChanges: Members = {}): Promise<string> {
      const input = `${encode({ ...header, ...headerChanges })}.${encode({ ...payload, ...payloadChanges })}`;
      const { privateKey } = await domain.deps.keyRing.findSigning(NOW);
      return `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`;
    },
  };
}

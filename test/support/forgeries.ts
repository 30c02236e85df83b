/** A genuine access token, and what can be made of it with the server's own key: only the rule under test can refuse it. */
import { tokenLogin } from "../../src/domain/login.ts";
import { sign } from "node:crypto";
import { verifyAccessToken } from "../../src/domain/access-tokens.ts";
import { decode, encode } from "./base64url.ts";
import { CLIENT, NOW, openWorld, PASSWORD, succeeded } from "./domain.ts";

type Members = Readonly<Record<string, unknown>>;

export async function openForgery() {
  const world = await openWorld();
  const user = await world.newUser();
  const credentials = { email: user.email, password: PASSWORD };
  const { accessToken: genuine } = succeeded(
    await tokenLogin(world.deps, world.at(), { ...credentials, client: CLIENT, device: undefined }),
  );
  const [first, second] = genuine.split(".");
  const [header, payload] = [decode(first), decode(second)];

  return {
    world,
    user,
    genuine,
    header,
    payload,
    verify: (token: string, now = NOW) => verifyAccessToken(world.deps, world.at(now), token),
    /** The genuine token with these members changed, signed anew. */
    async forge(headerChanges: Members = {}, payloadChanges: Members = {}): Promise<string> {
      const input = `${encode({ ...header, ...headerChanges })}.${encode({ ...payload, ...payloadChanges })}`;
      const { privateKey } = await world.deps.keyRing.findSigning(NOW);
      return `${input}.${sign(null, Buffer.from(input), privateKey).toString("base64url")}`;
    },
  };
}

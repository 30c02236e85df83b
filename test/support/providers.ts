/**
 * A provider that people sign in with, as the port has it, for tests of the rules: it stands for the outside world. Who
 * comes back from it, and what it says of them, the test chooses. `provider.ts` is a real one, over HTTP.
 */
import { randomBytes } from "node:crypto";
import type { Dependencies } from "../../src/domain/ports/dependencies.ts";
import type { Occasion } from "../../src/domain/ports/events.ts";
import type {
  KeptFlow,
  ProvidedAddress,
  ProvidedIdentity,
  Provider,
  ProviderFault,
} from "../../src/domain/ports/providers.ts";
import type { SessionWithUser } from "../../src/domain/ports/sessions.ts";
import { completeProviderLink } from "../../src/domain/identities.ts";
import { beginFlow, type FlowAnswer } from "../../src/domain/provider-flows.ts";
import { completeProviderLogin } from "../../src/domain/provider-logins.ts";
import { ISSUER, occasionAt } from "./domain.ts";

/** Somebody who has an account at the provider. */
export interface Somebody {
  readonly subject: string;
  /** Null: the provider tells none. */
  readonly address: ProvidedAddress | null | ProviderFault;
  /** Where it is not the provider's own. */
  readonly issuer?: string;
}

export interface TestProvider extends Provider {
  /** Signs somebody in there; answers the code, which is good once. */
  signIn(who: Somebody | ProviderFault): string;
  /** The flows that were begun, newest last. */
  readonly begun: readonly KeptFlow[];
  /** How many codes were exchanged, or tried to be. */
  exchanges(): number;
  /** How many addresses were asked for. */
  addresses(): number;
}

interface ProviderChoices extends Partial<
  Pick<Provider, "id" | "name" | "makesAccounts" | "linking" | "otherRedirectUris" | "begin">
> {
  readonly issuer?: string;
  readonly promisesIssuer?: boolean;
}

const secret = () => randomBytes(32).toString("base64url");

/** A provider that makes accounts, and does not link by itself, unless the test chooses otherwise. */
export function aProvider({
  id = "acme",
  issuer = `https://${id}.example`,
  promisesIssuer = false,
  ...choices
}: ProviderChoices = {}): TestProvider {
  const signedIn = new Map<string, Somebody | ProviderFault>();
  const begun: KeptFlow[] = [];
  let exchanges = 0;
  let addresses = 0;
  const identityOf = (who: Somebody): ProvidedIdentity => ({
    issuer: who.issuer ?? issuer,
    subject: who.subject,
    async address() {
      addresses += 1;
      return who.address ?? undefined;
    },
  });
  return {
    id,
    name: `The ${id}`,
    kind: "oidc",
    makesAccounts: true,
    linking: "ask",
    redirectUri: `${ISSUER}/login/providers/${id}/callback`,
    otherRedirectUris: new Set(),
    async begin(redirectUri, state) {
      const secrets = { state, nonce: secret(), verifier: secret() };
      const flow = { ...secrets, redirectUri, issuer, promisesIssuer };
      begun.push(flow);
      return { ...flow, authorizationUrl: `${issuer}/authorize?state=${state}` };
    },
    async identify(flow, { code }) {
      exchanges += 1;
      const isOurs = begun.some(
        ({ verifier, nonce, redirectUri }) =>
          verifier === flow.verifier && nonce === flow.nonce && redirectUri === flow.redirectUri,
      );
      const who = signedIn.get(code);
      signedIn.delete(code);
      if (!isOurs || who === undefined) return { fault: "token", why: "invalid_grant" };
      return "fault" in who ? who : identityOf(who);
    },
    ...choices,
    begun,
    exchanges: () => exchanges,
    addresses: () => addresses,
    signIn(who) {
      const code = `code-${secret()}`;
      signedIn.set(code, who);
      return code;
    },
  };
}

/** Somebody for whose address the provider vouches. */
export function vouchedFor(email: string, subject = `of ${email}`): Somebody {
  return { subject, address: { email, verified: true } };
}

/** The dependencies with these providers in the settings, and no other. */
export function withProviders(deps: Dependencies, ...providers: readonly Provider[]): Dependencies {
  return { ...deps, providers: new Map(providers.map((each) => [each.id, each])) };
}

/** A flow that has begun: all that the browser holds of it. */
export interface BegunAt {
  readonly provider: TestProvider;
  readonly challengeToken: string;
  readonly state: string;
}

/** Begins to sign in, or with a session to link; throws where that is refused. */
export async function beginAt(
  deps: Dependencies,
  provider: TestProvider,
  { at = occasionAt(), ...request }: BeginOptions = {},
): Promise<BegunAt> {
  const { returnTo, redirectUri, owner } = request;
  const session = owner && { session: owner.session };
  const asked = { provider, returnTo, redirectUri, ...session };
  const started = await beginFlow(deps, at, asked);
  if (typeof started === "string") throw new Error(started);
  if ("failure" in started) throw new Error(started.failure);
  const state = new URL(started.authorizationUrl).searchParams.get("state") ?? "";
  return { provider, challengeToken: started.challengeToken, state };
}

interface BeginOptions {
  readonly at?: Occasion;
  readonly returnTo?: string;
  readonly redirectUri?: string;
  /** Somebody who is signed in, and wants the link. */
  readonly owner?: SessionWithUser;
}

/** The parameters with which the browser comes back, once somebody has signed in there. */
export function answerFrom(
  { provider, ...held }: BegunAt,
  who: Somebody | ProviderFault,
): FlowAnswer {
  return { ...held, came: { code: provider.signIn(who) } };
}

/** Signs in from beginning to end, as far as the half-login. */
export async function signInAt(
  deps: Dependencies,
  provider: TestProvider,
  who: Somebody | ProviderFault,
  at = occasionAt(),
) {
  const answer = answerFrom(await beginAt(deps, provider, { at }), who);
  return completeProviderLogin(deps, at, provider, { ...answer, deviceSecrets: [] });
}

/** Links from beginning to end. */
export async function linkAt(
  deps: Dependencies,
  provider: TestProvider,
  owner: SessionWithUser,
  who: Somebody | ProviderFault,
  at = occasionAt(),
) {
  const answer = answerFrom(await beginAt(deps, provider, { at, owner }), who);
  return completeProviderLink(deps, at, owner, provider, answer);
}

/** The login token of a sign-in that succeeded; throws where it did not. */
export function loginTokenAt(outcome: Awaited<ReturnType<typeof signInAt>>): string {
  if ("failure" in outcome) throw new Error(outcome.failure);
  return outcome.pending.loginToken;
}

/** The link token of a sign-in that collided; throws where it did not. */
export function linkTokenAt(outcome: Awaited<ReturnType<typeof signInAt>>): string {
  if ("failure" in outcome && outcome.failure === "identity_collision") return outcome.linkToken;
  throw new Error("Expected a collision");
}

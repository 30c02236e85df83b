/** Providers for tests without a network: whoever signs in there is who a test says, and comes back with a code. */
import type { components } from "../generated/schema.ts";
import { newSecret } from "./rows.ts";

type Kind = components["schemas"]["Provider"]["kind"];

/** The settings of a provider, `PROVIDER_<ID>_…` on a server. */
export interface FakeProviderOptions {
  readonly id: string;
  /** `_KIND`. Default: the one that is called as the id is, else `oidc`. */
  readonly kind?: Kind | undefined;
  /** `_NAME`. Default: the id. */
  readonly name?: string | undefined;
  /** `_SIGNUP`: somebody whom nobody knows gets an account. Default: true, but for `signup: "closed"`. */
  readonly signup?: boolean | undefined;
  /** `_LINK`. Default: `ask`. */
  readonly link?: "ask" | "verified" | undefined;
  /** `_REDIRECTS`. Default: none. */
  readonly redirects?: readonly string[] | undefined;
}

/** Somebody at a provider. */
export interface FakePerson {
  /** Known by it from then on, whatever their address is. */
  readonly subject: string;
  readonly email?: string | undefined;
  /** The provider vouches for the address. Default: true. */
  readonly emailVerified?: boolean | undefined;
}

// Types, not interfaces: `new URLSearchParams(answer)` takes them.
/** The query with which a browser comes back. */
export type ProviderAnswer = {
  readonly state: string;
  readonly code: string;
  readonly iss: string;
};
/** The query with which a browser comes back from a refusal. */
export type ProviderRefusal = {
  readonly state: string;
  readonly error: string;
  readonly iss: string;
};

/** A provider, as its users meet it. */
export interface FakeProvider {
  /** Signs in there. Throws where the URL is not of this provider. */
  approve(authorizationUrl: string, person: FakePerson): ProviderAnswer;
  /** Turns back there. `error` is `access_denied` unless you say otherwise (RFC 6749 §4.1.2.1). */
  refuse(authorizationUrl: string, error?: string): ProviderRefusal;
}

/** A provider, as the fake server meets it. */
export interface KnownProvider {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly issuer: string;
  readonly makesAccounts: boolean;
  readonly linking: "ask" | "verified";
  readonly redirects: ReadonlySet<string>;
  /** Those who signed in there, by the codes that tell of them. */
  readonly codes: Map<string, Approval>;
}

interface Approval {
  /** Of the one flow that the code is for. */
  readonly state: string;
  readonly person: FakePerson;
}

/** Issuers as the real ones have them. */
const issuers: Readonly<Partial<Record<string, string>>> = {
  google: "https://accounts.google.com",
  microsoft: "https://login.microsoftonline.com",
  github: "https://github.com",
};

export function knownProviders(
  offered: readonly FakeProviderOptions[],
  areSignupsOpen: boolean,
): ReadonlyMap<string, KnownProvider> {
  return new Map(offered.map((options) => [options.id, known(options, areSignupsOpen)]));
}

function known(
  {
    id,
    kind = id in issuers ? (id as Kind) : "oidc", // the keys of the table are kinds
    name = id,
    signup = true,
    link = "ask",
    redirects = [],
  }: FakeProviderOptions,
  areSignupsOpen: boolean,
): KnownProvider {
  return {
    id,
    name,
    kind,
    issuer: issuers[kind] ?? `https://${id}.example`,
    makesAccounts: signup && areSignupsOpen,
    linking: link,
    redirects: new Set(redirects),
    codes: new Map(),
  };
}

/** The URL at which a flow begins. */
export function authorizationUrlOf(
  provider: KnownProvider,
  redirectUri: string,
  state: string,
): string {
  const url = new URL(authorizePageOf(provider));
  url.search = String(
    new URLSearchParams({
      client_id: "portcullis",
      response_type: "code",
      redirect_uri: redirectUri,
      state,
    }),
  );
  return url.href;
}

/** A provider by the hand of a test. */
export function fakeProvider(provider: KnownProvider): FakeProvider {
  const { issuer: iss } = provider;
  return {
    approve(authorizationUrl, person) {
      const state = stateOf(authorizationUrl);
      const code = newSecret();
      provider.codes.set(code, { state, person });
      return { state, code, iss };
    },
    refuse: (authorizationUrl, error = "access_denied") => ({
      state: stateOf(authorizationUrl),
      error,
      iss,
    }),
  };

  function stateOf(authorizationUrl: string): string {
    const { origin, pathname, searchParams } = new URL(authorizationUrl);
    const state = searchParams.get("state");
    if (origin + pathname === authorizePageOf(provider) && state !== null) return state;
    throw new Error(`${authorizationUrl} is no authorizationUrl of ${provider.id}`);
  }
}

function authorizePageOf({ issuer }: KnownProvider): string {
  return `${issuer}/authorize`;
}

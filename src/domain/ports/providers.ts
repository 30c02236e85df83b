/** Providers that people sign in with, as the rules meet them. `platform/providers` speaks to them. */
import type { providerKinds } from "../../contract/provider-values.ts";

/** A provider of the settings. What it answers is judged before it gets here: signature, issuer, audience, nonce, times. */
export interface Provider {
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly kind: (typeof providerKinds)[number];
  /** A person whom nobody here knows gets an account, if the provider vouches for the address. */
  readonly makesAccounts: boolean;
  /** `verified`: links to the account with the same address by itself, where both sides have had it proved (D5). */
  readonly linking: "ask" | "verified";
  /** The page of ours that it sends browsers back to. An absolute URL. */
  readonly redirectUri: string;
  /** Other places that may be asked for instead: apps, and pages of other sites. Compared as they stand. */
  readonly otherRedirectUris: ReadonlySet<string>;
  /**
   * Makes the URL at which a flow begins. Asks the provider what it is, where that is not known; never twice at once.
   * `state` is a secret of 256 bits.
   */
  begin(redirectUri: string, state: string): Promise<ProviderFlow | ProviderFault>;
  /** Exchanges the code of a flow for the person who signed in. The network, within bounded time (FD-14). */
  identify(flow: KeptFlow, answer: ProviderAnswer): Promise<ProvidedIdentity | ProviderFault>;
}

/** A flow that was begun. */
export interface ProviderFlow extends KeptFlow {
  readonly authorizationUrl: string;
}

/** The part of a flow that its end needs. It is kept sealed: nobody may read the verifier and the nonce (FD-01). */
export interface KeptFlow {
  readonly state: string;
  /** 256 random bits in base64url, as the verifier. Absent from OAuth 2 without OpenID Connect. */
  readonly nonce?: string | undefined;
  readonly verifier: string;
  readonly redirectUri: string;
  /** The `iss` that the answer must have, where it has one (RFC 9207). */
  readonly issuer: string;
  /** The provider promises that its answers have an `iss`. */
  readonly promisesIssuer: boolean;
}

/** The parameters with which the browser came back. State and issuer are compared before. */
export interface ProviderAnswer {
  readonly code: string;
  readonly iss?: string | undefined;
}

/** The person who signed in there. */
export interface ProvidedIdentity {
  readonly issuer: string;
  readonly subject: string;
  /**
   * The address of the person. May ask the provider again, so it is called only where the subject is unknown. Its
   * `verified` is true only where the provider vouches for it, by the rules of its kind (FD-10, FD-11).
   */
  address(): Promise<ProvidedAddress | undefined | ProviderFault>;
}

export interface ProvidedAddress {
  /** In its normal form, as the rules get it. */
  readonly email: string;
  readonly verified: boolean;
}

/**
 * The provider gave no identity. `token`: its answer is a lie or a mistake, or the code is not good; `unavailable`: it
 * gave no answer, or one that says nothing of the person.
 */
export interface ProviderFault {
  readonly fault: "token" | "unavailable";
  /** A word of ours for the operator. Never of the answer: that may hold codes and tokens (FD-13). At most 64 characters of `[a-z0-9_]`. */
  readonly why: string;
}

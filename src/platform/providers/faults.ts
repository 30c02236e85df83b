/** Every way in which a provider gives no identity, in words for the operator. None is of its answer (FD-13). */
import type { ProviderFault } from "../../domain/ports/providers.ts";

export const faultKinds = {
  // It gave no answer, or one that says nothing of the person.
  network: "unavailable",
  timeout: "unavailable",
  redirect: "unavailable",
  answer_too_large: "unavailable",
  answer_not_json: "unavailable",
  answer_status: "unavailable",
  too_many_requests: "unavailable",
  server_error: "unavailable",
  endpoint_not_https: "unavailable",
  endpoint_with_credentials: "unavailable",
  /** The discovery's issuer is another than the setting (FD-05). */
  discovery_issuer: "unavailable",
  discovery_endpoint: "unavailable",
  discovery_without_s256: "unavailable",
  keys_malformed: "unavailable",
  /** Client id or secret of the settings are not those that it knows. */
  client_refused: "unavailable",
  redirect_uri_refused: "unavailable",
  request_refused: "unavailable",
  access_refused: "unavailable",
  unexpected: "unavailable",
  // Its answer is a lie or a mistake, or the code is not good.
  code_refused: "token",
  /** GitHub lets nobody in who has proved no address there. */
  address_unproved_there: "token",
  answer_malformed: "token",
  token_malformed: "token",
  token_unsupported: "token",
  token_signature: "token",
  token_key: "token",
  token_time: "token",
  token_iss: "token",
  token_aud: "token",
  token_azp: "token",
  token_nonce: "token",
  token_iat: "token",
  token_sub: "token",
  token_tenant: "token",
  /** Microsoft: the key may sign for other tenants only. */
  token_key_issuer: "token",
  user_malformed: "token",
  /** Userinfo is of another person than the token. */
  userinfo_sub: "token",
} as const satisfies Readonly<Record<string, ProviderFault["fault"]>>;

export type Why = keyof typeof faultKinds;

/** Makes the fault of a reason. */
export function faultFor(why: Why): ProviderFault {
  return { fault: faultKinds[why], why };
}

/** Thrown where a library stands between us and our caller. It has nothing of the answer in it. */
export class AnswerRefused extends Error {
  readonly why: Why;
  constructor(why: Why) {
    super(why);
    this.name = "AnswerRefused";
    this.why = why;
  }
}

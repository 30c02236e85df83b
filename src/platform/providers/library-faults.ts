/**
 * Turns what the library throws into a fault of ours. Its errors carry codes, claims and tokens in their causes, and a
 * log prints causes: of each only its kind is read, and nothing is kept (FD-13).
 */
import type { ProviderFault } from "../../domain/ports/providers.ts";
import { AnswerRefused, type Why, faultFor } from "./faults.ts";

/** Codes of oauth4webapi's errors. They are compared as texts, so that this file does not load it. */
const whyByCode: Readonly<Record<string, Why>> = {
  OAUTH_HTTP_REQUEST_FORBIDDEN: "endpoint_not_https",
  OAUTH_REQUEST_PROTOCOL_FORBIDDEN: "endpoint_not_https",
  OAUTH_INVALID_SERVER_METADATA: "discovery_endpoint",
  OAUTH_MISSING_SERVER_METADATA: "discovery_endpoint",
  OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED: "userinfo_sub",
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: "token_time",
  OAUTH_KEY_SELECTION_FAILED: "token_key",
  OAUTH_PARSE_ERROR: "token_malformed",
  OAUTH_RESPONSE_IS_NOT_CONFORM: "answer_status",
  OAUTH_RESPONSE_IS_NOT_JSON: "answer_not_json",
  OAUTH_UNSUPPORTED_OPERATION: "token_unsupported",
  OAUTH_WWW_AUTHENTICATE_CHALLENGE: "access_refused",
};

/** Claims that the library compares, by their names in `cause.claim`. Those are its own words. */
const whyByClaim: Readonly<Record<string, Why>> = {
  iss: "token_iss",
  aud: "token_aud",
  azp: "token_azp",
  nonce: "token_nonce",
};

/** `invalid`: the reason where the library says no more than that the answer is invalid. */
export function faultOf(error: unknown, invalid: Why): ProviderFault {
  if (error instanceof AnswerRefused) return faultFor(error.why);
  if (!(error instanceof Error)) return faultFor("unexpected");
  if (error.name === "TimeoutError") return faultFor("timeout");
  const code = "code" in error ? error.code : undefined;
  // "fetch failed", "terminated": fetch gives its errors no code of their own.
  if (error instanceof TypeError && code === undefined) return faultFor("network");
  if (code === "OAUTH_JWT_CLAIM_COMPARISON_FAILED")
    return faultFor(whyByClaim[claimOf(error)] ?? "token_malformed");
  // A type error with a code is the library's: base64url that is none. A DOMException is a key that cannot be read.
  if (code === "OAUTH_INVALID_RESPONSE" || error instanceof TypeError) return faultFor(invalid);
  if (error instanceof DOMException) return faultFor("token_key");
  return faultFor((typeof code === "string" && whyByCode[code]) || "unexpected");
}

function claimOf({ cause }: Error): string {
  return typeof cause === "object" && cause !== null && "claim" in cause ? String(cause.claim) : "";
}

/** Errors of a token endpoint: RFC 6749 §5.2, and GitHub's "Troubleshooting OAuth app access token request errors". */
const whyByError: Readonly<Record<string, Why>> = {
  invalid_grant: "code_refused",
  bad_verification_code: "code_refused",
  unverified_user_email: "address_unproved_there",
  invalid_client: "client_refused",
  unauthorized_client: "client_refused",
  incorrect_client_credentials: "client_refused",
  redirect_uri_mismatch: "redirect_uri_refused",
  temporarily_unavailable: "server_error",
  server_error: "server_error",
};

/** The fault of an answer's `error`, whichever text that is. */
export function faultOfErrorAnswer(error: string): ProviderFault {
  return faultFor((Object.hasOwn(whyByError, error) && whyByError[error]) || "request_refused");
}

/** The words for each end of a flow with a provider. `name` is the provider's. */
import type { providerProblems } from "../../contract/provider-problems.ts";
import type { Problem } from "./problem.ts";

/** Refusals after which nothing can be tried again with the same answer of the provider. */
type Final =
  | Exclude<keyof typeof providerProblems, "return_not_allowed">
  | "csrf_rejected"
  | "email_taken"
  | "invalid_challenge"
  | "invalid_login_token"
  | "not_found"
  | "reauthentication_required"
  | "signup_closed"
  | "unauthenticated"
  | "validation_failed";

const START_AGAIN = "Start again, on the page on which you began.";

/**
 * Says why nobody is let in, or nothing was linked; undefined where the same may be tried again. A new problem of
 * providers does not compile until it is here.
 */
export function finalSentence(name: string, problem: Problem): string | undefined {
  const linkIt = `If you have an account, sign in another way, and link ${name} to it.`;
  const incomplete = nothingLeft(name);
  const signedOut = `You are not signed in in this browser any more, so ${name} was not linked. Sign in, and start again.`;
  const invalidAnswer = `The answer of ${name} is not what it must be, so it was not believed. Start again. If it stays so, tell the people who run this service.`;
  const denied = `Nothing was done: it was cancelled at ${name}, or your account here may not sign in now. ${START_AGAIN}`;
  const isLie = problem.code === "provider_denied" && problem.reason === "invalid_answer";
  const sentences: Readonly<Record<Final, string>> = {
    provider_denied: isLie ? invalidAnswer : denied,
    provider_unavailable: `${name} does not answer now. Wait a little and start again, or sign in another way.`,
    provider_email_unverified: `${name} does not say that your address is yours, and no account here is linked to this sign-in. Prove the address at ${name}, and start again. ${linkIt}`,
    signup_closed: `No account here is linked to this sign-in, and none is made for it. ${linkIt}`,
    email_taken: `No account can be made with the address that ${name} has for you. ${linkIt}`,
    identity_collision: `There is an account here with the address that ${name} has for you. Sign in to it as you did before, and link ${name} there. From then on ${name} signs you in.`,
    identity_taken: `This sign-in at ${name} is linked to another account here, or your account is linked to another sign-in at ${name}. Remove that link, and start again.`,
    not_found: `Nobody can sign in with ${name} here any more. Sign in another way.`,
    invalid_challenge: `This did not begin in this browser, or it was used, or it is too old. ${START_AGAIN}`,
    validation_failed: incomplete,
    csrf_rejected: signedOut,
    unauthenticated: signedOut,
    reauthentication_required: `You signed in too long ago to link ${name}. Prove again who you are where you use your account, and start again there.`,
    invalid_login_token: `The sign-in took too long, was tried too often, or your account has changed meanwhile. ${START_AGAIN}`,
  };
  const known: Readonly<Partial<Record<Problem["code"], string>>> = sentences;
  return known[problem.code];
}

export function nothingLeft(name: string): string {
  return `Nothing is left here of what ${name} answered: this page was loaded again, or its address is not complete. ${START_AGAIN}`;
}

export function nowLinked(name: string): string {
  return `${name} is linked to your account: it signs you in from now on.`;
}

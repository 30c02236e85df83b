/** Providers of sign-in: whether each answers, and as the one that is set. */
import type { ProviderOptions } from "../../platform/providers/provider-options.ts";
import { createProvider } from "../../platform/providers/providers.ts";
import { ask, isAnswer } from "./ask.ts";
import { about, type Finding, ok, wrong } from "./finding.ts";
import { httpClock, type OtherClock } from "./clock.ts";

export interface ProviderTrial {
  readonly id: string;
  readonly issuer: string;
  /** Undefined where it said what it is, and that is what is set. */
  readonly fault: string | undefined;
  /** The provider's, where it answered. */
  readonly clock: OtherClock | undefined;
}

/** Asks a provider what it is, as the server does before a sign-in; nothing is begun there. */
export async function tryProvider(options: ProviderOptions): Promise<ProviderTrial> {
  const { id, issuer, kind } = options;
  if (kind === "github") return tryGitHub(options);
  let clock: OtherClock | undefined;
  const provider = createProvider(options, {
    now: Date.now,
    async fetch(url, init) {
      const from = Date.now();
      const response = await fetch(url, init);
      clock = httpClock(id, response.headers.get("date") ?? undefined, from, Date.now());
      return response;
    },
  });
  const begun = await provider.begin(options.redirectUri, "");
  return { id, issuer, fault: "fault" in begun ? begun.why : undefined, clock };
}

/** GitHub publishes nothing of itself: that it answers is all there is to know before somebody signs in. */
async function tryGitHub({ id, issuer }: ProviderOptions): Promise<ProviderTrial> {
  const answer = await ask(`${issuer}/`);
  if (!isAnswer(answer)) return { id, issuer, fault: "network", clock: undefined };
  const { status, certificate, headers, askedAt, answeredAt } = answer;
  const clock = httpClock(id, headers["date"]?.[0], askedAt, answeredAt);
  const fault = certificate?.fault ?? (status >= 500 ? "server_error" : undefined);
  return { id, issuer, fault, clock };
}

export function judgeProviders(trials: readonly ProviderTrial[]): readonly Finding[] {
  if (trials.length === 0) return [ok("none in PROVIDERS")];
  return trials.map(({ id, issuer, fault }) =>
    about(
      id,
      fault === undefined
        ? ok(`${id} answers, as ${issuer}`)
        : fault === "discovery_issuer"
          ? wrong(
              `${id} names itself otherwise than ${issuer}`,
              "Set the issuer as its discovery document writes it",
            )
          : wrong(
              `${id} cannot be used (${fault}): ${issuer}`,
              "docs/providers.md says what each failure means",
            ),
    ),
  );
}

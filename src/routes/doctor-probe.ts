/** Answers `portcullis doctor` and nobody else (DR-01). */
import type { RouteDescriptor } from "@hectoday/http";
import { PROBE_HEADER, PROBE_PATH, type SealedSeen, type Seen } from "../contract/doctor-probe.ts";
import { answerProbe } from "../domain/doctor-probe.ts";
import type { SecretKeys } from "../domain/ports/secret-keys.ts";
import { serve } from "./pages.ts";
import type { Responder } from "./responder.ts";

export interface ProbeOptions {
  readonly secretKeys: Pick<SecretKeys, "probe" | "probeSeal">;
  readonly version: string;
  /** The other end of the connection, where this process holds it. */
  readonly peer: (request: Request) => Seen["peer"];
  readonly now: () => number;
}

export function createProbeRoutes(
  { secretKeys, version, peer, now }: ProbeOptions,
  responder: Responder,
): RouteDescriptor[] {
  const answer = serve(PROBE_PATH, (state, request) => {
    const seen = (): Seen => ({
      version,
      now: now(),
      client: state.ip,
      peer: peer(request),
      forwardedFor: request.headers.get("x-forwarded-for"),
    });
    const sealed = answerProbe(secretKeys, request.headers.get(PROBE_HEADER) ?? "", seen);
    if (sealed === undefined) return responder.problem(state, { problem: "not_found" });
    return responder.json(state, { status: 200, body: { sealed } satisfies SealedSeen });
  });
  return [answer];
}

/** METRICS_TOKEN: with it a scraper reads them; without it, in production, nobody does. */
import { getMetrics } from "../../contract/metrics.ts";
import { type Answer, isAnswer, type NoAnswer } from "./ask.ts";
import { attention, type Finding, ok, wrong } from "./finding.ts";

export const metricsPath = getMetrics.path;

/** `answer` is that of a stranger's request for them at PUBLIC_URL. */
export function judgeMetrics(
  answer: Answer | NoAnswer,
  hasToken: boolean,
  isProduction: boolean,
): readonly Finding[] {
  if (isAnswer(answer) && answer.status === 200 && isProduction)
    return [
      wrong(
        `anybody reads them at ${metricsPath}`,
        "Close it in the proxy: location ^~ /metrics { return 404; }",
      ),
    ];
  if (hasToken) return [ok("for whoever has METRICS_TOKEN, and nobody else")];
  return isProduction
    ? [
        attention(
          "nobody can read them: METRICS_TOKEN is not set",
          "METRICS_TOKEN, from: openssl rand -hex 32. Then docs/prometheus",
        ),
      ]
    : [ok("for this machine alone: no METRICS_TOKEN")];
}

/** Duties of Portcullis on every request, for the peers: a log line, a request id, security headers. */
import { destination, pino } from "pino";

/** True if the bench started this contender with the duties. */
export const hasDuties = process.env["BENCH_DUTIES"] === "1";

/** Headers of `src/routes/headers.ts` for a server behind TLS. */
export const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Logs to stdout through a buffer, as Portcullis does. pino without one is slower, which would be unfair. */
export function createLogger() {
  const stdout = destination({ fd: 1, sync: false, minLength: 4096, periodicFlush: 100 });
  return pino({ base: null, formatters: { level: (label) => ({ level: label }) } }, stdout);
}

/** Fields of the line per answer: those of the event `request`. */
export function requestLine(
  requestId: string,
  ip: string | undefined,
  method: string,
  path: string,
  status: number,
  startedAt: number,
) {
  const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
  return { event: "request", requestId, ip, method, path, status, durationMs };
}

/** The goals of Portcullis, as data. A ratio compares two medians of the same run. */
import type { ContenderName } from "./contenders.ts";
import type { Workload } from "./workloads.ts";

export interface Goal {
  readonly title: string;
  readonly figure: Figure;
  /** Where there is one, the goal is a ratio to this figure. */
  readonly against?: Figure;
  readonly bound: Bound;
  /** Median of the run in docs/benchmarks.md, where the goal is out of reach there. A collapse is judged by it. */
  readonly reached?: number;
}

/** A measured figure: answers or CPU of one kind of load, or of a contender as a whole. */
export type Figure = { readonly of: ContenderName } & (
  | { readonly kind: "answersPerSecond" | "cpuMicros"; readonly workload: Workload }
  | { readonly kind: "loginsPerSecond" | "probeP99Ms" | "readyMs" | "idleMegabytes" }
);

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

const rate = (of: ContenderName, workload: Workload): Figure => ({
  of,
  kind: "answersPerSecond",
  workload,
});
const bare = rate("node-http", "health");

export const goals: readonly Goal[] = [
  {
    title: "GET /me by cookie, of bare node:http",
    figure: rate("portcullis", "me"),
    against: bare,
    bound: { atLeast: 0.38 },
    reached: 0.23,
  },
  {
    title: "GET /me by cookie, of Fastify with the same duties",
    figure: rate("portcullis", "me"),
    against: rate("fastify-duties", "me"),
    bound: { atLeast: 1.15 },
    reached: 1,
  },
  {
    title: "GET /me by cookie, of Hono with the same duties",
    figure: rate("portcullis", "me"),
    against: rate("hono-duties", "me"),
    bound: { atLeast: 3 },
    reached: 1.4,
  },
  {
    title: "GET /me on PostgreSQL, of bare node:http",
    figure: rate("portcullis-pg", "me"),
    against: bare,
    bound: { atLeast: 0.36 },
    reached: 0.24,
  },
  {
    title: "GET /me on PostgreSQL, of Fastify and pg with the same duties",
    figure: rate("portcullis-pg", "me"),
    against: rate("fastify-pg-duties", "me"),
    bound: { atLeast: 1.5 },
  },
  {
    title: "GET /me on PostgreSQL, CPU µs of each",
    figure: { of: "portcullis-pg", kind: "cpuMicros", workload: "me" },
    bound: { atMost: 30 },
  },
  {
    title: "GET /token/me by JWT, of bare node:http",
    figure: rate("portcullis", "tokenMe"),
    against: bare,
    bound: { atLeast: 0.35 },
    reached: 0.24,
  },
  {
    title: "POST /token/refresh, of better-auth's session read",
    figure: rate("portcullis", "refresh"),
    against: rate("better-auth", "me"),
    bound: { atLeast: 5 },
    reached: 4.3,
  },
  {
    // Three times the 0.023 that was measured while each refresh was a transaction of its own.
    title: "POST /token/refresh on PostgreSQL, one address, of bare node:http",
    figure: rate("portcullis-pg", "refresh"),
    against: bare,
    bound: { atLeast: 0.07 },
  },
  {
    title: "GET /healthz, of bare node:http",
    figure: rate("portcullis", "health"),
    against: bare,
    bound: { atLeast: 0.45 },
  },
  {
    title: "Logins a second at bcrypt cost 10",
    figure: { of: "portcullis", kind: "loginsPerSecond" },
    bound: { atLeast: 23 },
  },
  {
    title: "p99 of GET /me meanwhile, ms",
    figure: { of: "portcullis", kind: "probeP99Ms" },
    bound: { atMost: 15 },
  },
  {
    title: "Logins a second by argon2id, of bcrypt's default",
    figure: { of: "portcullis-argon2id", kind: "loginsPerSecond" },
    against: { of: "portcullis-bcrypt", kind: "loginsPerSecond" },
    bound: { atLeast: 10 },
  },
  {
    title: "p99 of GET /me during logins by argon2id, ms",
    figure: { of: "portcullis-argon2id", kind: "probeP99Ms" },
    bound: { atMost: 15 },
  },
  {
    title: "Start to ready with an existing database, packaged build, ms",
    figure: { of: "portcullis-package", kind: "readyMs" },
    bound: { atMost: 200 },
  },
  {
    title: "Idle memory, packaged build, MB",
    figure: { of: "portcullis-package", kind: "idleMegabytes" },
    bound: { atMost: 100 },
  },
];

export const namedByGoals: readonly ContenderName[] = goals.flatMap(({ figure, against }) =>
  against === undefined ? [figure.of] : [figure.of, against.of],
);

export function isMet(bound: Bound, value: number): boolean {
  return "atLeast" in bound ? value >= bound.atLeast : value <= bound.atMost;
}

/**
 * Tells if the goal is missed by more than half, which a noisy machine does not explain. Microseconds of an answer and
 * milliseconds of a start are the machine's as much as ours, and a shared one may be five times slower: they never collapse.
 */
export function isCollapse(
  { figure, bound, reached }: Pick<Goal, "figure" | "bound" | "reached">,
  value: number,
): boolean {
  if (figure.kind === "cpuMicros" || figure.kind === "readyMs") return false;
  return "atLeast" in bound
    ? value < (reached ?? bound.atLeast) / 2
    : value > (reached ?? bound.atMost) * 2;
}

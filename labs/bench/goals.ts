/** The goals of Portcullis, as data. A ratio compares two medians of the same run. */
import type { ContenderName } from "./contenders.ts";
import type { Workload } from "./workloads.ts";

/** `rate` is a ratio of answers per second. `storm` and `start` are figures of Portcullis alone. */
export type Goal = {
  readonly title: string;
  readonly bound: Bound;
  /** Best value so far of a goal that is out of reach. A collapse is judged by it (docs/benchmarks.md). */
  readonly reached?: number;
} & (
  | {
      readonly kind: "rate";
      readonly workload: Workload;
      readonly against: { readonly contender: ContenderName; readonly workload: Workload };
    }
  | { readonly kind: "storm"; readonly figure: "loginsPerSecond" | "p99Ms" }
  | { readonly kind: "start" }
);

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

export const goals: readonly Goal[] = [
  {
    title: "GET /me by cookie, of bare node:http",
    kind: "rate",
    workload: "me",
    against: { contender: "node-http", workload: "health" },
    bound: { atLeast: 0.38 },
  },
  {
    title: "GET /me by cookie, of Fastify with the same duties",
    kind: "rate",
    workload: "me",
    against: { contender: "fastify-duties", workload: "me" },
    bound: { atLeast: 2 },
    reached: 1,
  },
  {
    title: "GET /me by cookie, of Hono with the same duties",
    kind: "rate",
    workload: "me",
    against: { contender: "hono-duties", workload: "me" },
    bound: { atLeast: 3 },
    reached: 1.4,
  },
  {
    title: "GET /token/me by JWT, of bare node:http",
    kind: "rate",
    workload: "tokenMe",
    against: { contender: "node-http", workload: "health" },
    bound: { atLeast: 0.35 },
  },
  {
    title: "POST /token/refresh, of better-auth's session read",
    kind: "rate",
    workload: "refresh",
    against: { contender: "better-auth", workload: "me" },
    bound: { atLeast: 5 },
    reached: 4.3,
  },
  {
    title: "GET /healthz, of bare node:http",
    kind: "rate",
    workload: "health",
    against: { contender: "node-http", workload: "health" },
    bound: { atLeast: 0.45 },
  },
  {
    title: "Logins a second at bcrypt cost 10",
    kind: "storm",
    figure: "loginsPerSecond",
    bound: { atLeast: 23 },
  },
  {
    title: "p99 of GET /me meanwhile, ms",
    kind: "storm",
    figure: "p99Ms",
    bound: { atMost: 15 },
  },
  {
    title: "Start to ready with an existing database, ms",
    kind: "start",
    bound: { atMost: 600 },
  },
];

/** Contenders that a goal compares Portcullis with. */
export const yardsticks: ReadonlySet<ContenderName> = new Set(
  goals.flatMap((goal) => (goal.kind === "rate" ? [goal.against.contender] : [])),
);

export function isMet(bound: Bound, value: number): boolean {
  return "atLeast" in bound ? value >= bound.atLeast : value <= bound.atMost;
}

/** Tells whether the goal is missed by more than half, which a noisy machine does not explain. */
export function isCollapse({ bound, reached }: Pick<Goal, "bound" | "reached">, value: number) {
  return "atLeast" in bound
    ? value < (reached ?? bound.atLeast) / 2
    : value > (reached ?? bound.atMost) * 2;
}

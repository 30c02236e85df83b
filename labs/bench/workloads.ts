/** Requests that are measured, of every contender that can answer them. */
export const workloads = ["me", "tokenMe", "health", "refresh"] as const;
export type Workload = (typeof workloads)[number];

export const workloadTitles: Readonly<Record<Workload, string>> = {
  me: "GET /me by cookie",
  tokenMe: "GET /token/me by JWT",
  health: "GET /healthz",
  refresh: "POST /token/refresh",
};

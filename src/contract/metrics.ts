/**
 * The metrics: who may read them, and every name and label there is. A label's values are all known
 * beforehand, from the contract: nothing a stranger sends becomes one, or makes one more.
 */
import { z } from "zod";
import { operation } from "./operation.ts";
import { scrapers } from "./security.ts";

interface MetricDescription {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Label to what its values are. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram: the upper bounds, in the unit of its name. */
  readonly buckets?: readonly number[];
}

/** From a session served from memory, about a millisecond, to a login that waits for its turn. */
const REQUEST_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const WAIT_BUCKETS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

const DELAY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const;

/** Declared here, a metric exists: its registration and the table of `docs/operating.md` follow. */
export const metrics = {
  portcullis_http_request_duration_seconds: {
    type: "histogram",
    help: "From a request's arrival to its answer. Its count is the number of requests.",
    labels: {
      operation: "an operationId; `none` for pages, unknown paths and refused methods",
      status: "the HTTP status",
    },
    buckets: REQUEST_BUCKETS,
  },
  portcullis_events_total: {
    type: "counter",
    help: "Log events, by name: stored ones once their change holds.",
    labels: { event: "the name of an event, all but `request`" },
  },
  portcullis_logins_total: {
    type: "counter",
    help: "Logins that were judged. Those refused by a limit or a full queue were not.",
    labels: { outcome: "`success`, or a `reason` of the event `login_failed`" },
  },
  portcullis_limit_decisions_total: {
    type: "counter",
    help: "What limits decided, once per limit that was asked and had its say.",
    labels: {
      operation: "an operationId",
      key: "whom the limit counts by: a `key` of the event `rate_limited`",
      decision: "`allowed` or `refused`",
    },
  },
  portcullis_password_hash_queue_waiting: {
    type: "gauge",
    help: "Password hashes that wait for a worker.",
    labels: {},
  },
  portcullis_password_hash_queue_limit: {
    type: "gauge",
    help: "How many may wait; beyond it the answer is 503.",
    labels: {},
  },
  portcullis_password_hash_wait_seconds: {
    type: "histogram",
    help: "How long a password hash waited for a worker.",
    labels: {},
    buckets: WAIT_BUCKETS,
  },
  portcullis_password_hash_refusals_total: {
    type: "counter",
    help: "Password hashes refused because the queue was full.",
    labels: {},
  },
  portcullis_breached_password_checks_total: {
    type: "counter",
    help: "New passwords that were looked up among breached ones, as BREACHED_PASSWORDS says.",
    labels: { outcome: "`found`, `not_found`, or `unavailable`: taken without an answer" },
  },
  portcullis_database_pool_connections: {
    type: "gauge",
    help: "Open connections to PostgreSQL. Absent with SQLite, like the other two.",
    labels: {},
  },
  portcullis_database_pool_idle_connections: {
    type: "gauge",
    help: "Those of them that nobody uses.",
    labels: {},
  },
  portcullis_database_pool_waiting: {
    type: "gauge",
    help: "Queries that wait for a connection.",
    labels: {},
  },
  portcullis_outbox_waiting_mails: {
    type: "gauge",
    help: "Mails that are neither sent nor given up. Absent while the database does not answer.",
    labels: {},
  },
  portcullis_outbox_oldest_mail_age_seconds: {
    type: "gauge",
    help: "Age of the oldest of them; 0 where there is none.",
    labels: {},
  },
  portcullis_event_loop_delay_seconds: {
    type: "histogram",
    help: "How late a timer fired that was due: ten looks a second at how long the event loop was held up.",
    labels: {},
    buckets: DELAY_BUCKETS,
  },
} as const satisfies Record<string, MetricDescription>;

export type Metrics = typeof metrics;
export type MetricName = keyof Metrics;

/** A megabyte is some ten times what all labels together can come to. Characters. */
const EXPOSITION_MAX_LENGTH = 1_048_576;

const Exposition = z
  .string()
  .max(EXPOSITION_MAX_LENGTH)
  .meta({
    id: "MetricsExposition",
    description: "Prometheus' text format, version 0.0.4.",
    examples: [
      [
        "# HELP portcullis_logins_total Logins that were judged. Those refused by a limit or a full queue were not.",
        "# TYPE portcullis_logins_total counter",
        'portcullis_logins_total{outcome="success"} 42',
        "",
      ].join("\n"),
    ],
  });

export const getMetrics = operation({
  operationId: "getMetrics",
  method: "GET",
  path: "/metrics",
  tags: ["Operations"],
  summary: "Metrics for Prometheus",
  description:
    "Where `METRICS_TOKEN` is set, whoever sends it as a bearer token gets them, and everybody else 401. Where it is not set, they are for this very machine: any request that came from elsewhere, through a proxy, or to a server whose `PUBLIC_URL` is elsewhere, gets 404.",
  security: scrapers,
  request: {},
  responses: {
    200: {
      description: "All metrics of this process.",
      body: Exposition,
      mediaType: "text/plain; version=0.0.4; charset=utf-8",
    },
  },
  problems: [],
  events: [],
  // A figure that the database does not give in time is left out: metrics are wanted most when things fail.
  selfContained: true,
});

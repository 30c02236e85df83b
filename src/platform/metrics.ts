/** The metrics of this process, as Prometheus reads them. The only file that knows prom-client. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EventName, LogEvent } from "../contract/events.ts";
import type { MetricName, Metrics as Catalogue } from "../contract/metrics.ts";
import type { Meter, Readings } from "../domain/ports/meter.ts";

export interface Metrics extends Meter {
  /** Counts an event; requests are events too. */
  count(event: LogEvent): void;
  /** Writes all metrics in text format 0.0.4, with the readings of this moment. */
  expose(readings: Readings): Promise<string>;
  /** Stops watching the event loop. */
  close(): void;
}

/** The names of the contract, which this room may not import. */
export interface MetricsOptions {
  readonly catalogue: Catalogue;
  readonly operationIds: readonly string[];
  readonly eventNames: readonly EventName[];
}

/** The label of a request that is no operation. */
const NO_OPERATION = "none";
/** The time between two looks at the event loop. Milliseconds. */
const TICK_MS = 100;
/**
 * Metrics of prom-client that are not shown. `nodejs_active_*` walk every open connection, which is work that
 * a stranger could cause; `nodejs_eventloop_lag_*` begin anew with every scrape, so that two scrapers would
 * halve each other's view.
 */
const UNWANTED = /^nodejs_(?:active|eventloop_lag)_/;

/** Registers the metrics of the catalogue. Series that are certain to come stand at 0 from the start, so that the first event of each is an increase. */
export function createMetrics({ catalogue, operationIds, eventNames }: MetricsOptions): Metrics {
  const registry = new Registry();
  const { counter, gauge, histogram } = createRegistrar(catalogue, registry);
  const count = {
    events: createEventCounters(counter("portcullis_events_total"), eventNames),
    login: createLoginCounter(counter("portcullis_logins_total")),
    request: createRequestObserver(
      histogram("portcullis_http_request_duration_seconds"),
      operationIds,
    ),
  };
  const limitDecisions = counter("portcullis_limit_decisions_total");
  const hashWaits = histogram("portcullis_password_hash_wait_seconds");
  const hashRefusals = counter("portcullis_password_hash_refusals_total");
  const breachChecks = counter("portcullis_breached_password_checks_total");
  for (const outcome of ["found", "not_found", "unavailable"]) breachChecks.inc({ outcome }, 0);
  const loopDelays = histogram("portcullis_event_loop_delay_seconds");
  const stopWatching = watchEventLoop((seconds) => loopDelays.observe(seconds));
  const show = createGauges(gauge);

  return {
    count(event) {
      if (event.event === "request") {
        count.request(event.operation, event.status, event.durationMs / 1000);
        return;
      }
      count.events.get(event.event)?.inc();
      if (event.event === "login_success") count.login("success");
      if (event.event === "login_failed") count.login(event.reason);
    },
    limitDecided(operation, key, decision) {
      limitDecisions.inc({ operation, key, decision });
    },
    hashWaited(seconds) {
      hashWaits.observe(seconds);
    },
    hashRefused() {
      hashRefusals.inc();
    },
    breachChecked(outcome) {
      breachChecks.inc({ outcome });
    },
    async expose(readings) {
      show(readings);
      const [own, runtime] = await Promise.all([registry.metrics(), ofThisProcess().metrics()]);
      return `${own.trimEnd()}\n\n${runtime.trimEnd()}\n`;
    },
    close: stopWatching,
  };
}

type NameOf<Type> = {
  [N in MetricName]: Catalogue[N]["type"] extends Type ? N : never;
}[MetricName];
type LabelOf<N extends MetricName> = Extract<keyof Catalogue[N]["labels"], string>;

function createRegistrar(catalogue: Catalogue, registry: Registry) {
  function configOf<N extends MetricName>(name: N) {
    const { help, labels } = catalogue[name];
    const labelNames = Object.keys(labels) as LabelOf<N>[]; // keys of a literal
    return { name, help, labelNames, registers: [registry] };
  }
  return {
    counter: <N extends NameOf<"counter">>(name: N) => new Counter<LabelOf<N>>(configOf(name)),
    gauge: <N extends NameOf<"gauge">>(name: N) => new Gauge<LabelOf<N>>(configOf(name)),
    histogram: <N extends NameOf<"histogram">>(name: N) =>
      new Histogram<LabelOf<N>>({ ...configOf(name), buckets: [...catalogue[name].buckets] }),
  };
}

/** Resolves the labels of each pair once, so that a request costs two look-ups and the observation. */
function createRequestObserver(
  durations: Histogram<"operation" | "status">,
  operationIds: readonly string[],
) {
  type Series = Map<number, Histogram.Internal<"operation" | "status">>;
  const others: Series = new Map();
  const series = new Map<string, Series>();
  for (const id of operationIds) series.set(id, new Map());
  return (operation: string | null, status: number, seconds: number): void => {
    const known = operation === null ? undefined : series.get(operation);
    const byStatus = known ?? others;
    let one = byStatus.get(status);
    if (one === undefined) {
      const label = known === undefined ? NO_OPERATION : (operation ?? NO_OPERATION);
      one = durations.labels(label, String(status));
      byStatus.set(status, one);
    }
    one.observe(seconds);
  };
}

function createEventCounters(counter: Counter<"event">, names: readonly EventName[]) {
  const counted = names.filter((name) => name !== "request");
  for (const event of counted) counter.inc({ event }, 0);
  return new Map(counted.map((event) => [event, counter.labels(event)]));
}

type LoginOutcome = "success" | Extract<LogEvent, { event: "login_failed" }>["reason"];

function createLoginCounter(counter: Counter<"outcome">): (outcome: LoginOutcome) => void {
  const outcomes: Readonly<Record<LoginOutcome, true>> = {
    success: true,
    wrong_password: true,
    user_not_found: true,
    account_locked: true,
    account_disabled: true,
    wrong_code: true,
    wrong_passkey: true,
    unknown_passkey: true,
  };
  for (const outcome of Object.keys(outcomes)) counter.inc({ outcome }, 0);
  return (outcome) => counter.inc({ outcome });
}

/** The reading that each gauge shows. */
const shown: Readonly<Record<NameOf<"gauge">, (readings: Readings) => number | undefined>> = {
  portcullis_password_hash_queue_waiting: ({ hashQueue }) => hashQueue.waiting,
  portcullis_password_hash_queue_limit: ({ hashQueue }) => hashQueue.limit,
  portcullis_database_pool_connections: ({ pool }) => pool?.size,
  portcullis_database_pool_idle_connections: ({ pool }) => pool?.idle,
  portcullis_database_pool_waiting: ({ pool }) => pool?.waiting,
  portcullis_outbox_waiting_mails: ({ outbox }) => outbox?.waiting,
  portcullis_outbox_oldest_mail_age_seconds: ({ outbox }) => outbox?.oldestAgeSeconds,
};

/** Leaves a gauge without a sample where its reading is unknown: a 0 would be a claim. */
function createGauges(gauge: (name: NameOf<"gauge">) => Gauge<never>) {
  const names = Object.keys(shown) as NameOf<"gauge">[]; // keys of a literal
  const gauges = names.map((name) => ({ gauge: gauge(name), read: shown[name] }));
  return (readings: Readings): void => {
    for (const { gauge: one, read } of gauges) {
      const value = read(readings);
      if (value === undefined) one.remove();
      else one.set(value);
    }
  };
}

/** Observes how late each tick is, until the answered function is called. */
function watchEventLoop(observe: (seconds: number) => void): () => void {
  let dueAt = performance.now() + TICK_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    observe(Math.max(0, now - dueAt) / 1000);
    dueAt = now + TICK_MS;
  }, TICK_MS).unref();
  return () => clearInterval(timer);
}

/** The metrics of the whole process (memory, CPU, event loop, garbage collection), however many servers a test starts in it. */
function ofThisProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    // Its own watch on the event loop cannot be left out, so it is made rare, and is not shown.
    collectDefaultMetrics({ register: processRegistry, eventLoopMonitoringPrecision: 1000 });
    for (const { name } of processRegistry.getMetricsAsArray())
      if (UNWANTED.test(name)) processRegistry.removeSingleMetric(name);
  }
  return processRegistry;
}
let processRegistry: Registry | undefined;

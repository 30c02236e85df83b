/** The composition: contract, handlers and framework become one `fetch`. It has no side effects of its own. */
import { type App, route, type RouteDescriptor, setup } from "@hectoday/http";
import { eventDefinition } from "./contract/events.ts";
import type { Dependencies } from "./domain/ports/dependencies.ts";
import type { EventLog } from "./domain/ports/events.ts";
import { StorageUnavailableError } from "./domain/ports/storage.ts";
import type { ServedFile } from "./pages/page.ts";
import { createAccountHandlers } from "./routes/accounts.ts";
import { createAuditHandlers } from "./routes/audit.ts";
import { type Cors, createCors } from "./routes/cors.ts";
import { createDocsRoutes, type Docs } from "./routes/docs.ts";
import { describeError } from "./routes/errors.ts";
import { RequestState, requestStateOf } from "./routes/request-state.ts";
import type { Handlers } from "./routes/handler.ts";
import { createBaseHeaders } from "./routes/headers.ts";
import { createHealthHandlers } from "./routes/health.ts";
import { type Inspector, strictInspector, trustingInspector } from "./routes/inspector.ts";
import { createKeyHandlers } from "./routes/keys.ts";
import { createOverloadLog, overloaded } from "./routes/overload.ts";
import {
  createMetricsHandlers,
  createScraperCheck,
  type MetricsOptions,
} from "./routes/metrics.ts";
import { createOwnSessionHandlers } from "./routes/own-sessions.ts";
import { createPageRoutes } from "./routes/pages.ts";
import { createOperationRoutes } from "./routes/pipeline.ts";
import { createResetHandlers } from "./routes/resets.ts";
import { createResponder, type Responder, type ResponseConstructor } from "./routes/responder.ts";
import { createSessionHandlers } from "./routes/sessions.ts";
import { createTokenHandlers } from "./routes/tokens.ts";
import { createUserHandlers } from "./routes/users.ts";

export interface AppOptions {
  /** All but the log, which the app makes from the contract. */
  readonly deps: Dependencies;
  readonly production: boolean;
  /** Served over TLS, as PUBLIC_URL says. */
  readonly https: boolean;
  readonly allowedOrigins: ReadonlySet<string>;
  /** Of other applications, which may use the API from a browser. */
  readonly corsOrigins: ReadonlySet<string>;
  /** The pages that are always served, and the files they load. */
  readonly pages: readonly ServedFile[];
  /** Absent: `/docs` and `/openapi.json` answer 404. */
  readonly docs: Docs | undefined;
  readonly isDraining: () => boolean;
  readonly metrics: MetricsOptions;
  /** The address of the peer that made the request. */
  readonly clientAddress: (request: Request) => string;
  readonly now: () => number;
  readonly ResponseClass: ResponseConstructor;
}

/** Everything the server serves, as a web-standard `fetch`. */
export function createApp(options: AppOptions): App {
  const { deps, production, https, allowedOrigins, corsOrigins, docs, isDraining, now } = options;
  const { log } = deps;
  const responder = createResponder(createBaseHeaders(https), options.ResponseClass);
  const cors = createCors(corsOrigins, responder);
  const handlers: Handlers = {
    ...createAccountHandlers(deps),
    ...createSessionHandlers(deps),
    ...createOwnSessionHandlers(deps),
    ...createTokenHandlers(deps),
    ...createResetHandlers(deps),
    ...createUserHandlers(deps),
    ...createAuditHandlers(deps),
    ...createKeyHandlers(deps),
    ...createHealthHandlers(deps, isDraining),
    ...createMetricsHandlers(options.metrics.expose),
  };
  const inspector = inspectorFor(production);
  const tellOverload = createOverloadLog(log);
  const served = [
    ...createOperationRoutes(handlers, {
      deps,
      responder,
      inspector,
      allowedOrigins,
      corsOrigins,
      refuseScraper: createScraperCheck(options.metrics),
      isDraining,
      tellOverload,
      now,
    }),
    ...createPageRoutes(options.pages, responder),
    ...(docs ? createDocsRoutes(docs, responder) : []),
  ];

  return setup({
    routes: [
      ...served,
      ...refuseOtherMethods(served, responder, cors),
      ...cors.unroutedPreflights(({ locals }) => notFound(requestStateOf(locals))),
    ],
    onRequest({ request }) {
      const time = now();
      return { state: new RequestState(deps.newId(time), options.clientAddress(request), time) };
    },
    onNotFound: ({ locals }) => notFound(requestStateOf(locals)),
    onError({ error, request, locals }) {
      const state = requestStateOf(locals);
      if (isBodyTooLarge(error)) return responder.problem(state, { problem: "payload_too_large" });
      if (error instanceof StorageUnavailableError) {
        tellOverload(state, { cause: "database", code: error.code });
        return responder.problem(state, overloaded("database"));
      }
      // A client that hangs up while it sends is no error of ours, and nobody reads the answer.
      if (!request.signal.aborted) logError(state, error);
      return responder.problem(state, { problem: "internal_error" });
    },
    onResponse({ request, response, locals }) {
      const state = requestStateOf(locals);
      try {
        logRequest(state, request.method, response.status);
        return cors.addHeaders(request, response);
      } catch (error) {
        // The framework would send the answer all the same, and nobody would know.
        logError(state, error);
        const failure = responder.problem(state, { problem: "internal_error" });
        return cors.addHeaders(request, failure);
      }
    },
  });

  function notFound(state: RequestState): Response {
    return responder.problem(state, { problem: "not_found" });
  }

  function logRequest(state: RequestState, method: string, status: number): void {
    const durationMs = Math.round((performance.now() - state.startedAt) * 1000) / 1000;
    const { pattern: path, operation } = state;
    log.print(log.compose(state, "request", { method, path, status, durationMs, operation }));
  }

  function logError(state: RequestState, error: unknown): void {
    const fields = { error: describeError(error, !production) };
    log.print(log.compose(state, "unhandled_error", fields));
  }
}

/** Turns what happened into events, with the level and the base fields the contract gives them. */
export function createEventLog(print: EventLog["print"], production: boolean): EventLog {
  const inspector = inspectorFor(production);
  // Under load many events share a millisecond, and to spell it costs 0.3 µs.
  let spelled = { now: Number.NaN, timestamp: "" };
  function timestampOf(now: number): string {
    if (now !== spelled.now) spelled = { now, timestamp: new Date(now).toISOString() };
    return spelled.timestamp;
  }
  return {
    compose(occasion, event, fields) {
      const composed = {
        timestamp: timestampOf(occasion.now),
        event,
        level: eventDefinition(event).level,
        requestId: occasion.requestId,
        ip: occasion.ip,
        ...fields,
      };
      // The union's member for `event`: base fields and own fields together, which is what it is made of.
      const logEvent = composed as unknown as ReturnType<typeof this.compose<typeof event>>;
      inspector.checkEvent(logEvent, occasion instanceof RequestState ? occasion.operation : null);
      return logEvent;
    },
    print,
  };
}

function inspectorFor(production: boolean): Inspector {
  return production ? trustingInspector : strictInspector;
}

/** A path that exists answers 405 to every other method, and says which it has (IV-13, RFC 9110 §15.5.6). */
function refuseOtherMethods(
  served: readonly RouteDescriptor[],
  responder: Responder,
  cors: Cors,
): RouteDescriptor[] {
  const byPath = Map.groupBy(served, ({ path }) => path);
  return [...byPath].map(([path, routes]) => {
    const methods = routes.map(({ method }) => method);
    const allow = methods.includes("GET") ? [...methods, "HEAD"] : methods;
    return route.all(path, {
      resolve(c) {
        const state = requestStateOf(c.locals);
        state.pattern = path.replaceAll(/:(\w+)/g, "{$1}");
        return (
          cors.answerPreflight(c) ??
          responder.problem(
            state,
            { problem: "method_not_allowed" },
            { allow: allow.sort().join(", ") },
          )
        );
      },
    });
  });
}

/** How srvx names a body that outgrew its limit, counted as it arrives (IV-04). */
function isBodyTooLarge(error: Error): boolean {
  return "code" in error && error.code === "ERR_BODY_TOO_LARGE";
}

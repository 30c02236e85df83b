/** The composition: contract, handlers and framework become one `fetch`. It has no side effects of its own. */
import { type App, type RouteDescriptor, setup } from "@hectoday/http";
import type { Dependencies } from "./domain/ports/dependencies.ts";
import type { ServedFile, TranslatedPage } from "./pages/page.ts";
import { problemRedirects } from "./pages/problems.ts";
import { createAddressChangeHandlers } from "./routes/address-changes.ts";
import { createReauthenticationHandlers } from "./routes/reauthentication.ts";
import { createSecondFactorHandlers } from "./routes/second-factors.ts";
import { createMailLoginHandlers } from "./routes/mail-logins.ts";
import { createAccountHandlers } from "./routes/accounts.ts";
import { createTranslatedPageRoutes } from "./routes/translated-pages.ts";
import { type AssetFile, createAssetRoutes } from "./routes/assets.ts";
import { createAuditHandlers } from "./routes/audit.ts";
import { createScraperRule } from "./routes/checks/scraper.ts";
import { createCors } from "./routes/cors.ts";
import { createDocsRoutes, type Docs } from "./routes/docs.ts";
import { createProbeRoutes, type ProbeOptions } from "./routes/doctor-probe.ts";
import { createFailures } from "./routes/failures.ts";
import type { Handlers } from "./routes/handler.ts";
import { createBaseHeaders } from "./routes/headers.ts";
import { createHealthHandlers } from "./routes/health.ts";
import { inspectorFor } from "./routes/inspector.ts";
import { createInstallationHandlers, type Installation } from "./routes/installation.ts";
import { createKeyHandlers } from "./routes/keys.ts";
import { createMetricsHandlers, type MetricsOptions } from "./routes/metrics.ts";
import { refuseOtherMethods } from "./routes/other-methods.ts";
import { createOverloadLog } from "./routes/overload.ts";
import { createOverviewHandlers } from "./routes/overview.ts";
import { createOwnSessionHandlers } from "./routes/own-sessions.ts";
import { createPasskeyHandlers } from "./routes/passkeys.ts";
import { createProviderHandlers } from "./routes/providers.ts";
import { createPageRoutes, createRedirectRoutes } from "./routes/pages.ts";
import { createOperationRoutes } from "./routes/pipeline.ts";
import { createRequestLog } from "./routes/request-log.ts";
import { RequestState, requestStateOf } from "./routes/request-state.ts";
import { createResetHandlers } from "./routes/resets.ts";
import { createResponder, type ResponseConstructor } from "./routes/responder.ts";
import { createSessionHandlers } from "./routes/sessions.ts";
import { createTokenHandlers } from "./routes/tokens.ts";
import { createUserHandlers } from "./routes/users.ts";

export interface AppOptions {
  readonly deps: Dependencies;
  readonly production: boolean;
  /** Served over TLS, as PUBLIC_URL says. */
  readonly https: boolean;
  /** The path beneath which everything is served, `/auth`; empty at the root. */
  readonly mountPath: string;
  readonly allowedOrigins: ReadonlySet<string>;
  /** Of other applications, which may use the API from a browser. */
  readonly corsOrigins: ReadonlySet<string>;
  /** Request headers that these may send, besides those that the contract and tracing need. */
  readonly corsHeaders: ReadonlySet<string>;
  /** The pages that are always served, and the files they load. */
  readonly pages: readonly ServedFile[];
  /** `/`, and the applications that the settings let be served. */
  readonly translatedPages: readonly TranslatedPage[];
  /** Files that pages load. */
  readonly pageFiles: readonly AssetFile[];
  /** Absent: `/docs` and `/openapi.json` answer 404. */
  readonly docs: Docs | undefined;
  readonly isDraining: () => boolean;
  readonly metrics: MetricsOptions;
  /** For administrators: the settings of this process, and what it finds amiss. */
  readonly installation: Installation;
  /** The facts that `portcullis doctor` is told. */
  readonly probe: Pick<ProbeOptions, "version" | "peer">;
  /** The address of the client that made the request; `given` is the second argument of `fetch`. */
  readonly clientAddress: (request: Request, given: unknown) => string;
  readonly now: () => number;
  readonly ResponseClass: ResponseConstructor;
}

/** Everything the server serves, as a web-standard `fetch`. */
export function createApp(options: AppOptions): App {
  const { deps, production, docs, isDraining, mountPath, now } = options;
  const baseHeaders = createBaseHeaders(options.https);
  const responder = createResponder(baseHeaders, options.ResponseClass, mountPath);
  const cors = createCors(options.corsOrigins, options.corsHeaders, responder);
  const tellOverload = createOverloadLog(deps.log);
  const failures = createFailures(deps.log, responder, tellOverload, !production);
  const logRequest = createRequestLog(deps.log);
  const notFound = (state: RequestState) => responder.problem(state, { problem: "not_found" });

  const served: readonly RouteDescriptor[] = [
    ...createOperationRoutes(createHandlers(options), {
      gate: {
        deps,
        isDraining,
        allowedOrigins: options.allowedOrigins,
        corsOrigins: options.corsOrigins,
        refuseScraper: createScraperRule(options.metrics),
      },
      responder,
      inspector: inspectorFor(production),
      tellOverload,
      now,
    }),
    ...createPageRoutes(options.pages, responder),
    ...createTranslatedPageRoutes(options.translatedPages, responder),
    ...createAssetRoutes(options.pageFiles, responder),
    ...createRedirectRoutes(problemRedirects, responder, mountPath),
    ...createProbeRoutes({ secretKeys: deps.secretKeys, now, ...options.probe }, responder),
    ...(docs ? createDocsRoutes(docs, responder) : []),
  ];

  return setup({
    // The one place that knows the router of a mount path: patterns and operations within have none.
    routes: [
      ...served,
      ...refuseOtherMethods(served, responder, cors),
      ...cors.unroutedPreflights(({ locals }) => notFound(requestStateOf(locals))),
    ].map((route) => ({ ...route, path: `${mountPath}${route.path}` })),
    onRequest({ request, env }) {
      const time = now();
      const ip = options.clientAddress(request, env);
      return { state: new RequestState(deps.newId(time), ip, time) };
    },
    onNotFound: ({ locals }) => notFound(requestStateOf(locals)),
    onError: ({ error, request, locals }) =>
      failures.answerError(requestStateOf(locals), request, error),
    onResponse({ request, response, locals }) {
      const state = requestStateOf(locals);
      try {
        logRequest(state, request.method, response.status);
        return cors.addHeaders(state, request, response);
      } catch (error) {
        // The framework would send the answer all the same, and nobody would know.
        return cors.addHeaders(state, request, failures.answerBug(state, error));
      }
    },
  });
}

function createHandlers({ deps, isDraining, metrics, installation }: AppOptions): Handlers {
  return {
    ...createAccountHandlers(deps),
    ...createSessionHandlers(deps),
    ...createMailLoginHandlers(deps),
    ...createSecondFactorHandlers(deps),
    ...createPasskeyHandlers(deps),
    ...createProviderHandlers(deps),
    ...createReauthenticationHandlers(deps),
    ...createAddressChangeHandlers(deps),
    ...createOwnSessionHandlers(deps),
    ...createTokenHandlers(deps),
    ...createResetHandlers(deps),
    ...createUserHandlers(deps),
    ...createAuditHandlers(deps),
    ...createKeyHandlers(deps),
    ...createOverviewHandlers(deps),
    ...createInstallationHandlers(installation),
    ...createHealthHandlers(deps, isDraining),
    ...createMetricsHandlers(metrics.expose),
  };
}

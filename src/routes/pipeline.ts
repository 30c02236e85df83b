/** What stands between the framework and a handler: every check of the contract, in one order, for every operation. */
import type { Context, RouteDescriptor } from "@hectoday/http";
import { z } from "zod";
import type { EventFields } from "../contract/events.ts";
import { type OperationDescription, problemsOf } from "../contract/operation.ts";
import { type OperationId, operationIds, operations } from "../contract/operations.ts";
import { problem, type ProblemCode } from "../contract/problems.ts";
import { CSRF_HEADER, isSafeMethod, takesBearer } from "../contract/security.ts";
import { isCsrfProof } from "../domain/csrf.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Device } from "../domain/ports/devices.ts";
import { recordCsrfRejection, recordDenial } from "../domain/refusals.ts";
import { findCaller, findDevice } from "./callers.ts";
import { type RequestState, requestStateOf } from "./request-state.ts";
import type { Call, Caller, Handlers, TakeLimits } from "./handler.ts";
import type { AnswerHeaders } from "./headers.ts";
import type { Inspector } from "./inspector.ts";
import { readSessionSecret } from "./cookies.ts";
import { emailOf, takeDeclaredLimits } from "./limits.ts";
import { isCrossSite } from "./origin.ts";
import type { ScraperCheck } from "./metrics.ts";
import { overloaded, type OverloadLog } from "./overload.ts";
import { findRequestIssues, isJson } from "./request-issues.ts";
import type { JsonAnswer, Responder } from "./responder.ts";

export interface PipelineOptions {
  readonly deps: Dependencies;
  readonly responder: Responder;
  readonly inspector: Inspector;
  readonly allowedOrigins: ReadonlySet<string>;
  readonly corsOrigins: ReadonlySet<string>;
  readonly refuseScraper: ScraperCheck;
  readonly tellOverload: OverloadLog;
  readonly now: () => number;
  /** True once shutdown has begun. */
  readonly isDraining: () => boolean;
}

/** Its reading travels with its limit, and its change shares the COMMIT: the handler takes the limit by itself. */
const TAKES_ITS_LIMITS_ITSELF: OperationId = "tokenRefresh";
const USER_AGENT_MAX_LENGTH = 256;
const noQuery = z.strictObject({});

/** A handler as the pipeline sees it: bound to its operation by `Handlers`, called with what the operation's schemas gave. */
type AnyHandler = (call: Call<OperationDescription>) => HandlerAnswer | Promise<HandlerAnswer>;
type HandlerAnswer = JsonAnswer | Parameters<Responder["problem"]>[1];

/** One route per operation. */
export function createOperationRoutes(
  handlers: Handlers,
  options: PipelineOptions,
): RouteDescriptor[] {
  return operationIds.map((id) => {
    // Each handler takes the call of its own operation, and gets it: `id` picks both.
    const handler = handlers[id] as unknown as AnyHandler;
    return createOperationRoute(id, operations[id], handler, options);
  });
}

/** OpenAPI's `/users/{userId}` is the router's `/users/:userId`. */
export function routerPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function createOperationRoute(
  id: OperationId,
  operation: OperationDescription,
  handle: AnyHandler,
  options: PipelineOptions,
): RouteDescriptor {
  const { deps, responder, inspector, allowedOrigins, corsOrigins, isDraining, tellOverload } =
    options;
  const { security, request: parts, limits = [] } = operation;
  const isChange = !isSafeMethod(operation.method);
  const mayBeOverloaded = problemsOf(operation).includes("overloaded");
  const acceptsBearer = takesBearer(security);
  const acceptsAny = security.accepts.length > 0;

  async function resolve(c: Context): Promise<Response> {
    const state = requestStateOf(c.locals);
    state.operation = id;
    state.pattern = operation.path;
    state.now = options.now(); // the body has been read: what expired meanwhile has expired
    const answer = await judge(state, c);
    inspector.checkAnswer(operation, answer);
    if (!("problem" in answer)) {
      const mediaType = operation.responses[answer.status]?.mediaType;
      return mediaType === undefined
        ? responder.json(state, answer)
        : responder.text(state, answer, mediaType);
    }
    if (answer.problem === "overloaded") tellOverload(state, { cause: answer.cause, code: null });
    // RFC 9110 §15.5.2: a 401 says how to do better.
    const challenge = problem(answer.problem).status === 401 && acceptsBearer;
    return responder.problem(
      state,
      answer,
      challenge ? challengeOf(c.request, answer.problem) : {},
    );
  }

  async function judge(state: RequestState, { request, input }: Context): Promise<HandlerAnswer> {
    if (isDraining() && mayBeOverloaded) return overloaded("stopping");

    if (isChange && isCrossSite(request, allowedOrigins, corsOrigins))
      return refuseCsrf(state, "cross_site");
    const unwelcome = security.scrapersOnly && options.refuseScraper(state, request);
    if (unwelcome) return unwelcome;
    // Where no credential is accepted there is nothing to wait for.
    const caller = acceptsAny ? await findCaller(deps, state, request, security) : undefined;
    if (caller === undefined && !security.optional) return { problem: "unauthenticated" };
    if (caller?.credential === "session" && isChange) {
      const proof = request.headers.get(CSRF_HEADER);
      if (proof === null) return refuseCsrf(state, "missing");
      if (!isCsrfProof(deps.secretKeys.csrf, caller.session.id, proof))
        return refuseCsrf(state, "mismatch");
    }
    if (caller && security.role && caller.user.role !== security.role) {
      await recordDenial(deps, state, { userId: caller.user.id, operation: id });
      return { problem: "forbidden" };
    }

    if (parts.body && !isJson(request)) return { problem: "unsupported_media_type" };
    const headers = parts.headers?.safeParse(Object.fromEntries(request.headers));
    const issues = findRequestIssues(input, headers);
    if (issues === "invalid_json") return { problem: issues };
    if (issues.length > 0) return { problem: "validation_failed", issues };

    const device = limits.includes("login_email")
      ? await findDevice(deps, state, request, emailOf(input.body))
      : undefined;
    const subjects = { body: input.body, caller, device };
    const takeLimits: TakeLimits = (look) =>
      takeDeclaredLimits(deps, state, id, limits, subjects, look);
    if (limits.length > 0 && id !== TAKES_ITS_LIMITS_ITSELF) {
      const taken = await takeLimits(async () => undefined);
      if ("refusal" in taken) return taken.refusal;
      await taken.durable;
    }
    return handle(callOf(state, request, input, caller, device, takeLimits));
  }

  async function refuseCsrf(
    state: RequestState,
    reason: EventFields<"csrf_rejected">["reason"],
  ): Promise<HandlerAnswer> {
    await recordCsrfRejection(deps, state, { operation: id, reason });
    return { problem: "csrf_rejected" };
  }

  function callOf(
    state: RequestState,
    request: Request,
    { params, query, body }: Context["input"],
    caller: Caller | undefined,
    device: Device | undefined,
    takeLimits: TakeLimits,
  ): Call<OperationDescription> {
    return {
      input: { params, query, body } as Call<OperationDescription>["input"], // just parsed by these very schemas
      caller, // present unless `security.optional`: checked above
      occasion: state,
      client: {
        ip: state.ip,
        userAgent: request.headers.get("user-agent")?.slice(0, USER_AGENT_MAX_LENGTH) ?? null,
      },
      device,
      callerDevice: () => findDevice(deps, state, request, caller?.user.email),
      sessionSecret: readSessionSecret(request),
      takeLimits,
    };
  }

  return {
    method: operation.method,
    path: routerPath(operation.path),
    config: {
      request: {
        ...(parts.params && { params: parts.params }),
        query: parts.query ?? noQuery,
        ...(parts.body && { body: parts.body }),
      },
      resolve,
    },
  };
}

/** RFC 6750 §3: whoever sent a token is told that it was the token. */
function challengeOf(request: Request, code: ProblemCode): AnswerHeaders {
  const sentToken = code === "unauthenticated" && request.headers.get("authorization") !== null;
  return { "www-authenticate": sentToken ? 'Bearer error="invalid_token"' : "Bearer" };
}

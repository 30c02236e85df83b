/** From a routed request to its response: the checks of the operation, its handler, and what is made of the answer. */
import type { Context, RouteDescriptor } from "@hectoday/http";
import { z } from "zod";
import { ignoresQuery, type OperationDescription } from "../contract/operation.ts";
import { type OperationId, operationIds, operations } from "../contract/operations.ts";
import { problem, type ProblemCode } from "../contract/problems.ts";
import { challengesOf } from "../contract/security.ts";
import type { Gate, Judged } from "./checks/check.ts";
import { checksOf } from "./checks/checks.ts";
import { readChallengeToken, readDeviceSecrets, readSessionSecret } from "./cookies.ts";
import { findDevice } from "./devices.ts";
import {
  type AfterLimits,
  type Call,
  type Failure,
  type Handlers,
  type TakeLimits,
  TAKES_OWN_LIMITS,
} from "./handler.ts";
import type { AnswerHeaders } from "./headers.ts";
import type { Inspector } from "./inspector.ts";
import { limitsTaker } from "./limits.ts";
import type { OverloadLog } from "./overload.ts";
import { requestStateOf } from "./request-state.ts";
import type { JsonAnswer, Responder } from "./responder.ts";

export interface PipelineOptions {
  readonly gate: Gate;
  readonly responder: Responder;
  readonly inspector: Inspector;
  readonly tellOverload: OverloadLog;
  readonly now: () => number;
}

const USER_AGENT_MAX_LENGTH = 256;
const noQuery = z.strictObject({});

type AnyAnswer = JsonAnswer | Failure<ProblemCode>;
/** Any handler of `Handlers`. Which call it takes, only its place in that table says. */
type AnyHandler = (call: never) => AnyAnswer | Promise<AnyAnswer> | Promise<AfterLimits<AnyAnswer>>;

/** One route per operation. */
export function createOperationRoutes(
  handlers: Handlers,
  options: PipelineOptions,
): RouteDescriptor[] {
  return operationIds.map((id) => createOperationRoute(id, operations[id], handlers[id], options));
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
  const { gate, inspector } = options;
  const check = checksOf(operation);
  const present = createPresenter(operation, options);
  const { params, query = ignoresQuery(operation) ? undefined : noQuery, body } = operation.request;

  async function resolve({ request, input, locals }: Context): Promise<Response> {
    const state = requestStateOf(locals);
    state.operation = id;
    state.pattern = operation.path;
    state.now = options.now(); // the body has been read: what expired meanwhile has expired
    const judged: Judged = {
      gate,
      operation,
      state,
      request,
      input,
      caller: undefined,
      device: undefined,
    };
    const refusal = await check(judged);
    // `handle` takes the call of the operation `id`, and gets it: the schemas and checks of that operation made it.
    const handled = refusal ?? handle(callOf(judged) as never);
    // Awaiting a value that is already there would cost `GET /me` 0.1 µs.
    const answered = handled instanceof Promise ? await handled : handled;
    const answer = "afterLimits" in answered ? answered.afterLimits : answered;
    inspector.checkAnswer(operation, answer);
    return present(judged, answer);
  }

  return {
    method: operation.method,
    path: routerPath(operation.path),
    config: {
      request: { ...(params && { params }), ...(query && { query }), ...(body && { body }) },
      resolve,
    },
  };
}

/** The call of a request that has passed every check. */
function callOf(judged: Judged): CheckedCall {
  const { gate, operation, state, request, input, caller, device } = judged;
  const { params, query, body } = input;
  const call: CheckedCall = {
    input: { params, query, body },
    caller,
    occasion: state,
    client: {
      ip: state.ip,
      userAgent: request.headers.get("user-agent")?.slice(0, USER_AGENT_MAX_LENGTH) ?? null,
    },
    device,
    callerDevice: () => findDevice(gate.deps, state, request, caller?.user.email),
    // A function, not a getter: each literal with a getter costs 5 µs and a hidden class of its own, in every request.
    readDeviceSecrets: () => readDeviceSecrets(request),
    readChallengeToken: () => readChallengeToken(request),
    acceptLanguage: () => request.headers.get("accept-language"),
    sessionSecret: readSessionSecret(request),
  };
  return operation.operationId === TAKES_OWN_LIMITS
    ? { ...call, takeLimits: limitsTaker<AnyAnswer>(judged) }
    : call;
}

/** A call whose operation is known at run time only. */
type CheckedCall = Omit<Call<OperationDescription>, "input"> & {
  readonly input: Record<keyof Call<OperationDescription>["input"], unknown>;
  readonly takeLimits?: TakeLimits<AnyAnswer>;
};

/** Makes a response of an answer, by what the operation declares. */
function createPresenter(
  { responses, security }: OperationDescription,
  { responder, tellOverload }: PipelineOptions,
): (judged: Judged, answer: AnyAnswer) => Response {
  const challenges = challengesOf(security);
  return ({ state, request }, answer) => {
    if (!("problem" in answer)) {
      const mediaType = responses[answer.status]?.mediaType;
      return mediaType === undefined
        ? responder.json(state, answer)
        : responder.text(state, answer, mediaType);
    }
    if (answer.problem === "overloaded") tellOverload(state, { cause: answer.cause, code: null });
    return responder.problem(state, answer, challengeHeaders(challenges, request, answer.problem));
  };
}

/** A 401 says how to do better (RFC 9110 §15.5.2), and a token that was sent is said to be the reason (RFC 6750 §3). */
function challengeHeaders(
  challenges: readonly string[],
  request: Request,
  code: ProblemCode,
): AnswerHeaders {
  if (challenges.length === 0 || problem(code).status !== 401) return {};
  const sentToken = code === "unauthenticated" && request.headers.get("authorization") !== null;
  const header = challenges.map((scheme) =>
    sentToken ? `${scheme} error="invalid_token"` : scheme,
  );
  return { "www-authenticate": header.join(", ") };
}

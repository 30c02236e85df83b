/** A journey through a server as steps that can be compared: with those through the client's fake server. */
import { expect } from "vitest";
import type { OperationDescription } from "../../src/contract/operation.ts";
import { operationIds, operations, type OperationId } from "../../src/contract/operations.ts";
import { answerFaults } from "./documented-answers.ts";

export type Fetch = (request: Request) => Promise<Response>;

export interface Step {
  readonly step: string;
  readonly status: number;
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  readonly body: unknown;
}

/** The headers that both send because the document says so; the rest is the real server's defence of browsers. */
const DOCUMENTED_HEADERS = ["cache-control", "content-type", "retry-after", "www-authenticate"];
const described: Readonly<Record<OperationId, OperationDescription>> = operations;

/** A `fetch` that holds each answer to the document, and adds what came of it to the steps. */
export function recordSteps(send: Fetch): { readonly steps: Step[]; readonly recorded: Fetch } {
  const steps: Step[] = [];
  const recorded: Fetch = async (request) => {
    const response = await send(request);
    const [id] = operationIds.filter((each) => isOperation(each, request));
    if (id !== undefined) await expectDocumented(id, response);
    steps.push(await stepOf(`${request.method} ${id}`, response));
    return response;
  };
  return { steps, recorded };
}

/** Both came to the same, step by step. */
export function expectSameSteps(faked: readonly Step[], real: readonly Step[]): void {
  expect(faked.map(({ step }) => step)).toEqual(real.map(({ step }) => step));
  for (const [index, step] of faked.entries()) expect(step).toEqual(real[index]);
}

function isOperation(id: OperationId, { method, url }: Request): boolean {
  const pattern = described[id].path.replaceAll(/\{\w+\}/g, "[^/]+");
  return described[id].method === method && new RegExp(`^${pattern}$`).test(new URL(url).pathname);
}

/** Its status, headers, media type and body are those of the document. */
export async function expectDocumented(id: OperationId, response: Response): Promise<void> {
  expect(await answerFaults(id, response)).toEqual([]);
}

async function stepOf(step: string, response: Response): Promise<Step> {
  const { status, headers } = response;
  const text = await response.clone().text();
  return {
    step,
    status,
    headers: DOCUMENTED_HEADERS.filter((name) => headers.has(name)),
    // The cookies and their attributes; their values are each server's own, and so are the seconds of a long life.
    cookies: headers
      .getSetCookie()
      .filter((cookie) => !cookie.startsWith("__Host-device="))
      .map((cookie) =>
        cookie
          .replace(/=[\w-]{43};/, "=…;")
          .replace(/(?<=Max-Age=)\d{4,}/, (seconds) => `${Math.ceil(Number(seconds) / 3600)}h`)
          .split("; ")
          .sort()
          .join("; "),
      ),
    body: text === "" ? undefined : shapeOf(JSON.parse(text)),
  };
}

/** A body with its values left out, but for the words that are the contract's own. */
function shapeOf(value: unknown, key = ""): unknown {
  if (["code", "title", "status", "detail", "type", "part", "path", "reasons"].includes(key))
    return value;
  if (
    [
      "event",
      "by",
      "method",
      "methods",
      "secondFactors",
      "kind",
      "reason",
      "current",
      "role",
      "disabled",
      "tokenType",
    ].includes(key)
  )
    return value;
  // The network's `fetch` names itself; without a network nobody does.
  if (key === "userAgent") return "text or null";
  if (Array.isArray(value)) return value.map((item) => shapeOf(item));
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, shapeOf(field, name)]),
  );
}

/**
 * The matrix of operation and status: everything the document says an operation answers is met here,
 * and whatever is met is what the document says of it.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemsOf } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { detailOf, problem } from "../../src/contract/problems.ts";
import { answerFaults, documentedAnswers } from "../support/documented-answers.ts";
import { type Servers, startServersInTrouble } from "../support/servers-in-trouble.ts";
import { waysToFail } from "../support/ways-to-fail.ts";
import { waysToSucceed } from "../support/ways-to-succeed.ts";
import { watchAnswers } from "../support/watched-answers.ts";

const seen = new Set<string>();
const faults: string[] = [];
let servers: Servers;
let stopServers: () => Promise<void>;
let stopWatching: () => void;

beforeAll(async () => {
  stopWatching = watchAnswers(async (id, response) => {
    seen.add(`${id} ${response.status}`);
    faults.push(...(await answerFaults(id, response)));
  });
  ({ servers, stop: stopServers } = await startServersInTrouble());
});
afterAll(async () => {
  stopWatching();
  await stopServers();
});

describe.each(operationIds)("%s", (id) => {
  test.each(Object.entries(waysToSucceed[id]))(
    "answers %s when it succeeds",
    async (status, run) => {
      expect(await run(servers)).toMatchObject({ ok: true, status: Number(status) });
    },
  );

  test.each(problemsOf(operations[id]))("answers the problem %s when it should", async (code) => {
    if (code === "method_not_allowed") throw new Error("no operation can answer this");
    const result = await waysToFail[code](servers, id);
    const { status, type, title } = problem(code);
    const { problem: sent } = result as { problem: Record<string, unknown> };
    const detail = detailOf(code, sent);
    expect(result).toMatchObject({
      ok: false,
      status,
      problem: { code, status, type, title, detail },
    });
    const {
      problem: body,
      requestId,
      response,
    } = result as {
      problem: { requestId: string };
      requestId: string;
      response: Response;
    };
    expect(body.requestId).toBe(requestId);
    expect(problem(code).schema.safeParse(body).error).toBeUndefined();
    if ("retryAfterSeconds" in body)
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  test("answered every status it documents, each as documented, and no other", () => {
    const ofThis = (answers: Iterable<string>) =>
      [...answers].filter((answer) => answer.startsWith(`${id} `)).sort();
    expect(faults.filter((fault) => fault.startsWith(`${id} `))).toEqual([]);
    expect(ofThis(seen)).toEqual(ofThis(documentedAnswers));
  });
});

test("every other answer met by the matrix was as documented, too", () => {
  expect(faults).toEqual([]);
});

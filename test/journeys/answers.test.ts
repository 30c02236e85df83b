import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@portcullis/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSettings } from "../../src/config.ts";
import { problemsOf } from "../../src/contract/operation.ts";
import { operationIds, operations } from "../../src/contract/operations.ts";
import { problem } from "../../src/contract/problems.ts";
import { type RunningServer, startServer } from "../../src/server.ts";
import { dataOf } from "./clients.ts";
import { provocations, type Servers, tokens } from "./provocations.ts";
import { adminCredentials, generousLimits } from "./server-process.ts";

let folder: string;
const running: RunningServer[] = [];
let servers: Servers;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-problems-"));
  const healthy = await start("healthy");
  const broken = await start("broken");
  const draining = await start("draining");
  const limited = await start("limited", {
    LIMIT_LOGIN_EMAIL: "1/60",
    LIMIT_SIGNUP_IP: "1/60",
    LIMIT_FORGOT_IP: "1/60",
    LIMIT_REFRESH_IP: "1/60",
    METRICS_TOKEN: "0123456789abcdef",
  });
  const database = new DatabaseSync(join(folder, "broken.db"));
  for (const table of ["sessions", "users"])
    database.exec(`ALTER TABLE ${table} RENAME TO lost_${table}`);
  database.close();
  running[2]?.drain();
  servers = { healthy, broken, draining, limited, outbox: join(folder, "outbox") };
});

afterAll(async () => {
  await Promise.all(running.map((server) => server.stop("test")));
  await rm(folder, { recursive: true });
});

describe.each(operationIds)("%s", (id) => {
  test.each(problemsOf(operations[id]))("answers %s when it should", async (code) => {
    if (code === "method_not_allowed") throw new Error("no operation can answer this");
    const result = await provocations[code](servers, id);
    const { status, type, title, detail } = problem(code);
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
    if (status === 503 || status === 429)
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});

async function start(name: string, limits: Record<string, string> = {}): Promise<string> {
  const read = readSettings({
    NODE_ENV: "test",
    PORT: "0",
    LOG_LEVEL: "silent",
    BCRYPT_COST: "10",
    HASH_WORKERS: "1",
    DATABASE_URL: `sqlite:${join(folder, `${name}.db`)}`,
    ADMIN_EMAIL: adminCredentials.email,
    ADMIN_PASSWORD: adminCredentials.password,
    ...generousLimits,
    ...limits,
  });
  if ("faults" in read) throw new Error(read.faults.join("\n"));
  const server = await startServer(read.settings);
  running.push(server);
  const { accessToken } = dataOf(
    await createClient({ baseUrl: server.address }).tokenLogin(adminCredentials),
  );
  tokens.set(server.address, accessToken);
  return server.address;
}

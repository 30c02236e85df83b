/** PostgreSQL goes away under load and comes back: nobody restarts the server, and nothing acknowledged is lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "@portcullis/client";
import { cookieClient, dataOf, freshEmail, password } from "../support/clients.ts";
import {
  adminCredentials,
  type ServerProcess,
  startServerProcess,
} from "../support/server-process.ts";
import { until } from "../support/wait-for.ts";
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts";
import { patience } from "../support/retried.ts";

let folder: string;
let postgres: PostgresServer;
let server: ServerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-outage-"));
  postgres = await startPostgres();
  server = await startServerProcess({
    folder,
    environment: {
      DATABASE_URL: postgres.url,
      AUTH_SECRET: "fathom-wicket-0123456789-lantern-orchard",
      DATABASE_CONNECT_TIMEOUT: "1",
    },
  });
});
afterAll(async () => {
  await server.stop();
  await postgres.remove();
  await rm(folder, { recursive: true });
});

/** Signs up one account after the other; what it holds afterwards was acknowledged. */
function keepSigningUp() {
  const api = createClient({ baseUrl: server.baseUrl, retry: false });
  const acknowledged: string[] = [];
  const statuses: number[] = [];
  let stopped = false;
  const worker = async () => {
    while (!stopped) {
      const email = freshEmail();
      const { ok, status } = await api.signup({ email, password });
      statuses.push(status);
      if (ok) acknowledged.push(email);
      else await sleep(20);
    }
  };
  const ended = Promise.all([worker(), worker(), worker()]);
  return {
    acknowledged,
    statuses,
    async stop() {
      stopped = true;
      await ended;
    },
  };
}

test(
  "ST-02 killed and started again under load: 503 meanwhile, nothing acknowledged lost, healed within 10 s",
  patience,
  async () => {
    const admin = cookieClient(server.baseUrl);
    dataOf(await admin.login(adminCredentials));
    const load = keepSigningUp();
    await until(() => (load.acknowledged.length >= 10 ? true : undefined));
    await postgres.kill("SIGKILL");
    await until(() => (load.statuses.includes(503) ? true : undefined));

    expect(await admin.getMe({}, { retry: false })).toMatchObject({
      status: 503,
      problem: { code: "overloaded" },
    });
    expect(await admin.getReadiness({}, { retry: false })).toMatchObject({ status: 503 });
    expect(await admin.getHealth()).toMatchObject({ status: 200 });
    expect(await admin.getJwks()).toMatchObject({ status: 200 });

    await postgres.start();
    const backAt = performance.now();
    await until(async () => ((await admin.getReadiness()).ok ? true : undefined));
    expect(performance.now() - backAt).toBeLessThan(10_000);
    const before = load.acknowledged.length;
    await until(() => (load.acknowledged.length >= before + 5 ? true : undefined));
    await load.stop();

    expect(await admin.getMe()).toMatchObject({ status: 200 });
    const kept = new Set<string>();
    for await (const user of admin.listUsers.each({ limit: 100 })) kept.add(user.email);
    expect(load.acknowledged.filter((email) => !kept.has(email))).toEqual([]);
    expect(new Set(load.statuses)).toEqual(new Set([201, 503]));
    const told = server.events().map(({ event }) => event);
    expect(told).not.toContain("unhandled_error");
    expect(told.filter((event) => event === "server_started")).toHaveLength(1);
  },
);

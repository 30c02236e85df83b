/** PostgreSQL goes away under load and comes back: nobody restarts the server, and nothing acknowledged is lost. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "@portcullis/client";
import { cookieClient, dataOf, freshEmail } from "../support/clients.ts";
import { ADMIN, PASSWORD } from "../support/credentials.ts";
import { retryOnBusyMachine } from "../support/retry-on-busy-machine.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts";

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
      const { ok, status } = await api.signup({ email, password: PASSWORD });
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
  "ST-02 a PostgreSQL that is killed and started again under load: 503 meanwhile, nothing acknowledged lost, healed within 10 s",
  retryOnBusyMachine,
  async () => {
    const admin = cookieClient(server.baseUrl);
    dataOf(await admin.login(ADMIN));
    const load = keepSigningUp();
    await waitFor(() => (load.acknowledged.length >= 10 ? true : undefined));
    await postgres.kill("SIGKILL");
    await waitFor(() => (load.statuses.includes(503) ? true : undefined));

    expect(await admin.getMe({}, { retry: false })).toMatchObject({
      status: 503,
      problem: { code: "overloaded" },
    });
    expect(await admin.getReadiness({}, { retry: false })).toMatchObject({ status: 503 });
    expect(await admin.getHealth()).toMatchObject({ status: 200 });
    expect(await admin.getJwks()).toMatchObject({ status: 200 });

    await postgres.start();
    const backAt = performance.now();
    await waitFor(async () => ((await admin.getReadiness()).ok ? true : undefined));
    expect(performance.now() - backAt).toBeLessThan(10_000);
    const before = load.acknowledged.length;
    await waitFor(() => (load.acknowledged.length >= before + 5 ? true : undefined));
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

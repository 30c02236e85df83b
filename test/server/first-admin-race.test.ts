import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { startServerProcess } from "../support/server-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("LG-05 two processes that start at once on one new file leave one administrator, told of once, and one key", async () => {
  const folder = temporaryFolder();
  const servers = await Promise.all(
    ["one@example.com", "two@example.com"].map((ADMIN_EMAIL) =>
      startServerProcess({ folder, environment: { ADMIN_EMAIL, SHARED_DATABASE: "on" } }),
    ),
  );
  await Promise.all(servers.map((server) => server.stop()));
  const database = new DatabaseSync(join(folder, "portcullis.db"), { readOnly: true });
  const count = (from: string) =>
    database.prepare(`select count(*) as n from ${from}`).get()?.["n"];
  expect(count("users where role = 'admin'")).toBe(1);
  expect(count("users")).toBe(1);
  expect(count("events where event = 'signup'")).toBe(1);
  expect(count("signing_keys")).toBe(1);
  database.close();
  const told = servers
    .flatMap((server) => server.events())
    .filter(({ event }) => event === "signup");
  expect(told).toHaveLength(1);
});

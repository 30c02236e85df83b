/** better-auth on node:http and SQLite or PostgreSQL, set up as in its documentation, with e-mail and password. */
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { Pool } from "pg";

const url = process.env["BENCH_POSTGRES_URL"];
const database = url ? new Pool({ connectionString: url }) : openFile();
const options = {
  database,
  baseURL: "http://127.0.0.1",
  secret: process.env["BENCH_SECRET"] ?? "",
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};
const auth = betterAuth(options);
await (await getMigrations(options)).runMigrations();

const handler = toNodeHandler(auth);
const server = createServer((request, response) => void handler(request, response));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It listens on no port");
  console.log(JSON.stringify({ address: `http://127.0.0.1:${address.port}` }));
});

function openFile(): DatabaseSync {
  const file = new DatabaseSync(join(process.env["BENCH_FOLDER"] ?? ".", "bench.db"));
  file.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;");
  return file;
}

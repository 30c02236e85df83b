/** Serves the page under a strict policy and, unless `API_URL` names one, starts a Portcullis server for it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseLine } from "@portcullis/client/events";
import { rolldown } from "rolldown";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const server = createServer();
server.listen(Number(process.env["PORT"] ?? 4100), "127.0.0.1");
await once(server, "listening");
const address = server.address();
const port = typeof address === "object" && address !== null ? address.port : 0;
const pageOrigin = `http://localhost:${port}`;

const apiOrigin = process.env["API_URL"] ?? (await startApi());

/** Nothing inline, nothing from elsewhere; the page talks to the API and to nobody else. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src data:",
  `connect-src ${apiOrigin}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const html = (await readFile(here("index.html"), "utf8")).replace("API_ORIGIN", apiOrigin);
const files: Readonly<Record<string, readonly [type: string, body: string]>> = {
  "/": ["text/html; charset=utf-8", html],
  "/page.css": ["text/css; charset=utf-8", await readFile(here("page.css"), "utf8")],
  "/page.js": ["text/javascript; charset=utf-8", await bundle(here("page.ts"))],
};

server.on("request", ({ method, url = "/" }, response) => {
  const file = method === "GET" ? files[url.split("?")[0] ?? "/"] : undefined;
  response.setHeader("content-security-policy", policy);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  if (file === undefined) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": file[0], "cache-control": "no-cache" }).end(file[1]);
});
console.log(`${pageOrigin} is the page, ${apiOrigin} its API`);

/** The page's script and the client in one module, as a bundler ships it. */
async function bundle(input: string): Promise<string> {
  const bundled = await rolldown({
    input,
    platform: "browser",
    resolve: { conditionNames: ["source", "import"] },
  });
  const { output } = await bundled.generate({ format: "esm" });
  await bundled.close();
  return output[0].code;
}

/** The server of this repository, which lets this page call it with cookies. Answers where it listens. */
async function startApi(): Promise<string> {
  const child = spawn(process.execPath, [here("../../src/start.js")], {
    env: { ...process.env, PORT: process.env["API_PORT"] ?? "3000", CORS_ORIGINS: pageOrigin },
    stdio: ["ignore", "pipe", "inherit"],
  });
  stopTogether(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const parsed = parseLine(line);
    if (parsed.kind !== "known" || parsed.event.event !== "server_started") continue;
    child.stdout.resume(); // its log is not shown here, and must not fill the pipe
    return parsed.event.address.replace("127.0.0.1", "localhost");
  }
  throw new Error("The API did not start");
}

function stopTogether(child: ChildProcess): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      child.kill(signal);
      server.close();
      server.closeAllConnections();
    });
  child.once("exit", (code) => process.exit(code ?? 1));
}

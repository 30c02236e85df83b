/** nginx as an operator runs it: with docs/nginx/portcullis.conf itself, its ports and its certificate replaced. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { waitFor } from "./wait-for.ts";

/** The name the configuration is written for. */
export const PUBLIC_NAME = "auth.example.com";
const CONFIGURATION = new URL("../../docs/nginx/portcullis.conf", import.meta.url);

/** The program that is missing on this machine; undefined where all are there. */
export const whyNoNginx = ["nginx", "openssl"]
  .filter((program) => spawnSync(program, ["version"]).error !== undefined)
  .map((program) => `${program} is not installed (apt-get install ${program})`)
  .at(0);

export interface Nginx {
  /** The configuration it runs. */
  readonly site: string;
  readonly httpPort: number;
  /** Asks through the proxy, as a client at this address: Linux answers for all of 127.0.0.0/8. */
  ask(address: string, path: string, outgoing?: Outgoing): Promise<Response>;
  /** A `fetch` through the proxy for a client of the SDK at this address. */
  fetchFrom(address: string): (request: Request) => Promise<Response>;
  /** Takes the process on this port out, or with undefined puts both in again; answers before that has taken effect. */
  takeOut(port: number | undefined): Promise<void>;
  /** The lines of its access log so far, in every server of the configuration. */
  accessLog(): Promise<string>;
  /** All that nginx wrote to stderr. */
  warnings(): string;
  stop(): Promise<void>;
}

/** Starts it in front of processes on these two ports. `changes`: what an operator writes in place of what stands there. */
export async function startNginx(
  upstreamPorts: readonly [number, number],
  changes: readonly (readonly [string, string])[] = [],
): Promise<Nginx> {
  const prefix = await mkdtemp(join(tmpdir(), "portcullis-nginx-"));
  const [httpsPort, httpPort] = [await freePort(), await freePort()];
  const [certificate, key] = [join(prefix, "certificate.pem"), join(prefix, "key.pem")];
  makeCertificate(certificate, key);
  const accessLog = join(prefix, "access.log");
  const configuration = await readFile(CONFIGURATION, "utf8");
  const site = replaceEach(configuration.replaceAll("/var/log/nginx/access.log", accessLog), [
    ["server 127.0.0.1:3000 ", `server 127.0.0.1:${upstreamPorts[0]} `],
    ["server 127.0.0.1:3001 ", `server 127.0.0.1:${upstreamPorts[1]} `],
    [
      "listen 443 ssl http2 default_server;",
      `listen 127.0.0.1:${httpsPort} ssl http2 default_server;`,
    ],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${httpsPort} ssl http2;`],
    ["listen 80;", `listen 127.0.0.1:${httpPort};`],
    ["/etc/ssl/portcullis/fullchain.pem", certificate],
    ["/etc/ssl/portcullis/privkey.pem", key],
    ...changes,
  ]);
  const siteFile = join(prefix, "portcullis.conf");
  await writeFile(siteFile, site);
  await writeFile(join(prefix, "nginx.conf"), mainConfiguration(prefix));

  const child = spawn("nginx", ["-p", prefix, "-c", join(prefix, "nginx.conf"), "-e", "stderr"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "exit");
  await Promise.race([
    ended.then(() => Promise.reject(new Error(`nginx ended:\n${said}`))),
    untilListening(httpsPort),
  ]);
  const ca = await readFile(certificate);
  const ask: Nginx["ask"] = (address, path, outgoing = {}) =>
    send({ port: httpsPort, ca, localAddress: address }, path, outgoing);
  return {
    site,
    httpPort,
    ask,
    fetchFrom: (address) => async (asked) => {
      const { pathname, search } = new URL(asked.url);
      return ask(address, pathname + search, {
        method: asked.method,
        headers: Object.fromEntries(asked.headers),
        body: new Uint8Array(await asked.arrayBuffer()),
      });
    },
    async takeOut(port) {
      await writeFile(siteFile, port === undefined ? site : markDown(site, port));
      child.kill("SIGHUP"); // as `nginx -s reload` does
    },
    accessLog: () => readFile(accessLog, "utf8"),
    warnings: () => said,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(prefix, { recursive: true });
    },
  };
}

/** A main configuration that includes the file, as Debian's /etc/nginx/nginx.conf does, in a folder of its own. */
function mainConfiguration(prefix: string): string {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
    daemon off;
    ${userInfo().uid === 0 ? "user root;" : ""}
    pid ${prefix}/nginx.pid;
    error_log stderr warn;
    events { worker_connections 256; }
    http {
      access_log off;
      ${folders.map((name) => `${name}_temp_path ${prefix}/${name};`).join("\n      ")}
      include ${prefix}/portcullis.conf;
    }`;
}

function makeCertificate(certificate: string, key: string): void {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=${PUBLIC_NAME}`, "-addext", `subjectAltName=DNS:${PUBLIC_NAME}`];
  const files = ["-out", certificate, "-keyout", key];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, ...files, "-days", "2"], {
    stdio: "ignore",
  });
}

function markDown(site: string, port: number): string {
  return replaceEach(site, [[`:${port} max_fails=0;`, `:${port} max_fails=0 down;`]]);
}

/** Each of them once: a line of the file that moved must not go untested. */
function replaceEach(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((current, [from, to]) => {
    if (current.split(from).length !== 2)
      throw new Error(`docs/nginx/portcullis.conf does not have this once: ${from}`);
    return current.replace(from, to);
  }, text);
}

function untilListening(port: number): Promise<true> {
  return waitFor(async () => {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true as const,
      () => undefined,
    );
    socket.destroy();
    return isOpen;
  });
}

interface Route {
  readonly port: number;
  readonly ca: Buffer;
  readonly localAddress: string;
}

/** A request as it goes out: the path as it was written, which a URL would not keep. */
export interface Outgoing {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Sends one request, on a connection of its own. */
async function send(
  { port, ca, localAddress }: Route,
  path: string,
  { method = "GET", headers = {}, body = "" }: Outgoing,
): Promise<Response> {
  const outgoing = request({
    host: "127.0.0.1",
    port,
    localAddress,
    ca,
    servername: PUBLIC_NAME,
    agent: false,
    method,
    path,
    headers: { ...headers, host: PUBLIC_NAME, "content-length": Buffer.byteLength(body) },
  });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>; // as node:https documents it
  outgoing.on("error", () => undefined); // also told by `answered`; after the answer it is none of ours
  outgoing.end(body);
  const [incoming] = await answered;
  const received = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    for (const value of values) received.append(name, value);
  const text = await incoming.setEncoding("utf8").toArray();
  const status = incoming.statusCode ?? 0;
  return new Response(status === 204 ? null : text.join(""), { status, headers: received });
}

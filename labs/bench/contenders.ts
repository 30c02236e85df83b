/** The servers that are measured, as data: how each is started, and the paths of its API. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Database, databaseUrl } from "../database.ts";

export type ContenderName =
  | "node-http"
  | "srvx"
  | "portcullis"
  | "portcullis-pg"
  | "portcullis-pg2"
  | "fastify"
  | "fastify-duties"
  | "hono"
  | "hono-duties"
  | "better-auth";

/** Paths of the operations of a contender. A missing one is not measured. */
export interface Api {
  readonly ready: string;
  readonly health?: string;
  readonly me?: string;
  readonly tokenMe?: string;
  readonly refresh?: string;
  /** Value of the Origin header of every POST, for a contender that demands one. */
  readonly origin?: string;
  readonly signup?: string;
  /** Fields its signup demands besides e-mail and password. */
  readonly signupFields?: Readonly<Record<string, string>>;
  readonly login?: string;
  readonly tokenLogin?: string;
}

export interface Contender {
  readonly name: ContenderName;
  readonly title: string;
  /** Absolute path of the program that Node runs. */
  readonly script: string;
  /** `folder` belongs to this contender alone, also over its restarts. */
  readonly environment: (folder: string) => Readonly<Record<string, string>>;
  readonly processes: number;
  readonly api: Api;
  /** True if the login storm is measured. */
  readonly hasStorm: boolean;
  /** True if it lies in `peers/`, whose packages the bench installs. */
  readonly isPeer: boolean;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const constantAnswer = { ready: "/", health: "/" };
const handWritten: Api = {
  ready: "/readyz",
  health: "/healthz",
  me: "/me",
  tokenMe: "/token/me",
  signup: "/signup",
  login: "/login",
  tokenLogin: "/token/login",
};

/** Settings of production, but with limits out of reach, because all clients have one address. */
function portcullisEnvironment(database: Database): Record<string, string> {
  return {
    NODE_ENV: "production",
    PORT: "0",
    DATABASE_URL: databaseUrl(database),
    PUBLIC_URL: "https://auth.example.com",
    AUTH_SECRET: "bench only, known to all: 0123456789 abcdefghijk",
    SMTP_URL: "smtp://127.0.0.1:9",
    MAIL_FROM: "Portcullis <auth@example.com>",
    SIGNUP: "open",
    BCRYPT_COST: "10",
    ACCESS_TOKEN_TTL: "86400",
    LIMIT_LOGIN_IP: "999999/60",
    LIMIT_LOGIN_EMAIL: "999999/60",
    LIMIT_SIGNUP_IP: "999999/60",
    LIMIT_REFRESH_IP: "999999/1",
  };
}

function portcullis(
  name: ContenderName,
  title: string,
  processes: number,
  databaseIn: (folder: string) => Database,
): Contender {
  return {
    name,
    title,
    script: path("../../src/start.js"),
    environment: (folder) => portcullisEnvironment(databaseIn(folder)),
    processes,
    api: { ...handWritten, refresh: "/token/refresh" },
    hasStorm: true,
    isPeer: false,
  };
}

function bare(name: ContenderName, title: string): Contender {
  return {
    name,
    title,
    script: path(`contenders/${name}.ts`),
    environment: () => ({}),
    processes: 1,
    api: constantAnswer,
    hasStorm: false,
    isPeer: false,
  };
}

function peer(
  name: ContenderName,
  title: string,
  script: string,
  { api = handWritten, hasDuties = false }: { api?: Api; hasDuties?: boolean } = {},
): Contender {
  return {
    name,
    title,
    script: path(`peers/${script}`),
    environment: (folder) => ({
      BENCH_FOLDER: folder,
      BENCH_DUTIES: hasDuties ? "1" : "0",
      BENCH_SECRET: "bench only, known to all: 0123456789 abcdefghijk",
    }),
    processes: 1,
    api,
    hasStorm: !hasDuties,
    isPeer: true,
  };
}

/** All contenders, in the order of each round. With `postgresUrl`, Portcullis runs on that database too. */
export function listContenders(postgresUrl: string | undefined): readonly Contender[] {
  const inFile = (folder: string): Database => ({
    kind: "sqlite",
    path: join(folder, "portcullis.db"),
  });
  const onServer = (url: string) => {
    const database = (): Database => ({ kind: "postgres", url });
    return [
      portcullis("portcullis-pg", "Portcullis, PostgreSQL", 1, database),
      portcullis("portcullis-pg2", "Portcullis, PostgreSQL, two processes", 2, database),
    ];
  };
  return [
    bare("node-http", "node:http, bare"),
    bare("srvx", "srvx, bare"),
    portcullis("portcullis", "Portcullis", 1, inFile),
    ...(postgresUrl === undefined ? [] : onServer(postgresUrl)),
    peer("fastify", "Fastify", "fastify.ts"),
    peer("fastify-duties", "Fastify, same duties", "fastify.ts", { hasDuties: true }),
    peer("hono", "Hono", "hono.ts"),
    peer("hono-duties", "Hono, same duties", "hono.ts", { hasDuties: true }),
    peer("better-auth", "better-auth", "better-auth.ts", {
      api: {
        ready: "/api/auth/ok",
        health: "/api/auth/ok",
        me: "/api/auth/get-session",
        signup: "/api/auth/sign-up/email",
        origin: "http://127.0.0.1",
        signupFields: { name: "Bench" },
        login: "/api/auth/sign-in/email",
      },
    }),
  ];
}

/** The servers that are measured, as data: how each is started, and the paths of its API. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Database, databaseUrl } from "../database.ts";
import { type Workload, workloads } from "./workloads.ts";

export type ContenderName =
  | "node-http"
  | "srvx"
  | "portcullis"
  | "portcullis-package"
  | "portcullis-bcrypt"
  | "portcullis-argon2id"
  | "portcullis-pg"
  | "portcullis-pg2"
  | "fastify"
  | "fastify-duties"
  | "fastify-pg-duties"
  | "hono"
  | "hono-duties"
  | "better-auth"
  | "better-auth-pg";

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
  /** Absolute path of the program that Node runs, and its arguments. */
  readonly command: readonly [script: string, ...argv: string[]];
  readonly environment: (place: Place) => Readonly<Record<string, string>>;
  readonly processes: number;
  readonly api: Api;
  /** Of those that its API has. */
  readonly workloads: readonly Workload[];
  /** True if the login storm is measured. */
  readonly hasStorm: boolean;
  /** True if its memory is measured before the load, too. */
  readonly idles: boolean;
  readonly database: "none" | "sqlite" | "postgres";
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

/** A contender's own place, also over its restarts. */
export interface Place {
  readonly folder: string;
  /** URL of its own database; empty where it uses none of PostgreSQL. */
  readonly postgresUrl: string;
}

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

/** Portcullis with these settings besides, as one process on SQLite unless `as` says otherwise. */
function portcullis(
  name: ContenderName,
  title: string,
  settings: Readonly<Record<string, string>> = {},
  as: Partial<Contender> = {},
): Contender {
  const databaseOf = ({ folder, postgresUrl }: Place): Database =>
    postgresUrl === ""
      ? { kind: "sqlite", path: join(folder, "portcullis.db") }
      : { kind: "postgres", url: postgresUrl };
  return {
    name,
    title,
    command: [path("../../src/start.js")],
    environment: (place) => ({ ...portcullisEnvironment(databaseOf(place)), ...settings }),
    processes: 1,
    api: { ...handWritten, refresh: "/token/refresh" },
    workloads,
    hasStorm: true,
    idles: true,
    database: "sqlite",
    isPeer: false,
    ...as,
  };
}

function bare(name: ContenderName, title: string): Contender {
  return {
    name,
    title,
    command: [path(`contenders/${name}.ts`)],
    environment: () => ({}),
    processes: 1,
    api: constantAnswer,
    workloads,
    hasStorm: false,
    idles: false,
    database: "none",
    isPeer: false,
  };
}

function peer(
  name: ContenderName,
  title: string,
  script: string,
  { api = handWritten, hasDuties = false, database = "sqlite" }: PeerOptions = {},
): Contender {
  return {
    name,
    title,
    command: [path(`peers/${script}`)],
    environment: ({ folder, postgresUrl }) => ({
      BENCH_FOLDER: folder,
      BENCH_POSTGRES_URL: postgresUrl,
      BENCH_DUTIES: hasDuties ? "1" : "0",
      BENCH_SECRET: "bench only, known to all: 0123456789 abcdefghijk",
    }),
    processes: 1,
    api,
    workloads,
    hasStorm: !hasDuties && database === "sqlite",
    idles: !hasDuties,
    database,
    isPeer: true,
  };
}

interface PeerOptions {
  readonly api?: Api;
  readonly hasDuties?: boolean;
  readonly database?: "sqlite" | "postgres";
}

const betterAuth: Api = {
  ready: "/api/auth/ok",
  health: "/api/auth/ok",
  me: "/api/auth/get-session",
  signup: "/api/auth/sign-up/email",
  origin: "http://127.0.0.1",
  signupFields: { name: "Bench" },
  login: "/api/auth/sign-in/email",
};

const onPostgres = { database: "postgres" } as const;
/** Measured by logins alone: what else it does, the first of its name shows. */
const loginsOnly = { workloads: [], idles: false };

/** All contenders, in the order of each round. */
export const contenders: readonly Contender[] = [
  bare("node-http", "node:http, bare"),
  bare("srvx", "srvx, bare"),
  portcullis("portcullis", "Portcullis"),
  portcullis(
    "portcullis-package",
    "Portcullis, packaged build",
    {},
    {
      command: [path("../../build/package/dist/command.js"), "start"],
      workloads: ["me"],
      hasStorm: false,
    },
  ),
  portcullis(
    "portcullis-bcrypt",
    "Portcullis, bcrypt as by default",
    { BCRYPT_COST: "12" },
    loginsOnly,
  ),
  portcullis(
    "portcullis-argon2id",
    "Portcullis, argon2id",
    { PASSWORD_HASH: "argon2id" },
    loginsOnly,
  ),
  portcullis("portcullis-pg", "Portcullis, PostgreSQL", {}, onPostgres),
  portcullis(
    "portcullis-pg2",
    "Portcullis, PostgreSQL, two processes",
    {},
    {
      ...onPostgres,
      processes: 2,
    },
  ),
  peer("fastify", "Fastify", "fastify.ts"),
  peer("fastify-duties", "Fastify, same duties", "fastify.ts", { hasDuties: true }),
  peer("fastify-pg-duties", "Fastify and pg, same duties", "fastify.ts", {
    ...onPostgres,
    hasDuties: true,
  }),
  peer("hono", "Hono", "hono.ts"),
  peer("hono-duties", "Hono, same duties", "hono.ts", { hasDuties: true }),
  peer("better-auth", "better-auth", "better-auth.ts", { api: betterAuth }),
  peer("better-auth-pg", "better-auth and pg", "better-auth.ts", {
    ...onPostgres,
    api: betterAuth,
  }),
];

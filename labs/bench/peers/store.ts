/** Accounts and sessions of the peers: prepared statements, and one join for a session. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import bcrypt from "bcryptjs";
import pg from "pg";

const BCRYPT_COST = 10;
const SESSION_LIFETIME_MS = 86_400_000;

export interface Account {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly createdAt: string;
}

interface Row {
  readonly id: string;
  readonly email: string;
  readonly role: string;
  readonly disabled: number;
  /** PostgreSQL's driver answers a `bigint` as text. */
  readonly created_at: number | string;
  readonly expires_at: number | string;
}

interface UserRow extends Row {
  readonly password_hash: string;
}

/** A new session: `secret` is the value of its cookie, `sessionId` goes into its token. */
export interface Begun {
  readonly account: Account;
  readonly sessionId: string;
  readonly secret: string;
}

/** SQLite answers at once, PostgreSQL later. */
type Answered<T> = T | Promise<T>;

export interface Store {
  isReady(): Answered<boolean>;
  findBySecret(secret: string): Answered<Account | undefined>;
  findBySession(sessionId: string): Answered<Account | undefined>;
  signUp(email: string, password: string): Promise<void>;
  logIn(email: string, password: string): Promise<Begun | undefined>;
}

/** On PostgreSQL where the bench names one, else in a file of the folder that it names. */
export function openStore(): Store | Promise<Store> {
  const url = process.env["BENCH_POSTGRES_URL"];
  return url ? openOnPostgres(url) : openOnSqlite();
}

const columns = "users.id, email, role, disabled, users.created_at, expires_at";
const sessionJoin = `select ${columns} from sessions join users on users.id = user_id`;

/** Opens `bench.db` in the folder that the bench names, with the durability settings of Portcullis. */
export function openOnSqlite() {
  const database = new DatabaseSync(join(process.env["BENCH_FOLDER"] ?? ".", "bench.db"));
  database.exec(`
    pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
    create table if not exists users (
      id text primary key, email text not null unique, password_hash text not null,
      role text not null, disabled integer not null, created_at integer not null) strict;
    create table if not exists sessions (
      id text primary key, secret_hash blob not null unique,
      user_id text not null references users (id), expires_at integer not null) strict;
  `);
  const bySecret = database.prepare(`${sessionJoin} where secret_hash = ?`);
  const byId = database.prepare(`${sessionJoin} where sessions.id = ?`);
  const byEmail = database.prepare("select * from users where email = ?");
  const addUser = database.prepare("insert into users values (?, ?, ?, 'user', 0, ?)");
  const addSession = database.prepare("insert into sessions values (?, ?, ?, ?)");
  const one = database.prepare("select 1");
  return {
    isReady: () => one.get() !== undefined,
    findBySecret: (secret: string) => live(bySecret.get(hash(secret)) as Row | undefined), // the columns of the statement
    findBySession: (sessionId: string) => live(byId.get(sessionId) as Row | undefined), // the columns of the statement
    async signUp(email: string, password: string) {
      addUser.run(randomUUID(), email, await bcrypt.hash(password, BCRYPT_COST), Date.now());
    },
    async logIn(email: string, password: string) {
      const user = byEmail.get(email) as UserRow | undefined; // the columns of `users`
      if (user === undefined || !(await bcrypt.compare(password, user.password_hash))) return;
      const begun = begin(user);
      addSession.run(
        begun.sessionId,
        hash(begun.secret),
        user.id,
        Date.now() + SESSION_LIFETIME_MS,
      );
      return begun;
    },
  } satisfies Store;
}

/** A pool of pg, of its default size. Statements have names, so that each connection prepares them once. */
async function openOnPostgres(connectionString: string): Promise<Store> {
  const pool = new pg.Pool({ connectionString });
  await pool.query(`
    create table if not exists users (
      id text primary key, email text not null unique, password_hash text not null,
      role text not null, disabled integer not null, created_at bigint not null);
    create table if not exists sessions (
      id text primary key, secret_hash bytea not null unique,
      user_id text not null references users (id), expires_at bigint not null);
  `);
  const first = async (name: string, text: string, values: readonly unknown[]) =>
    (await pool.query<UserRow>({ name, text, values: [...values] })).rows[0];
  return {
    isReady: async () => (await first("one", "select 1", [])) !== undefined,
    findBySecret: async (secret) =>
      live(await first("by-secret", `${sessionJoin} where secret_hash = $1`, [hash(secret)])),
    findBySession: async (sessionId) =>
      live(await first("by-id", `${sessionJoin} where sessions.id = $1`, [sessionId])),
    async signUp(email, password) {
      const text = "insert into users values ($1, $2, $3, 'user', 0, $4)";
      const hashed = await bcrypt.hash(password, BCRYPT_COST);
      await first("add-user", text, [randomUUID(), email, hashed, Date.now()]);
    },
    async logIn(email, password) {
      const user = await first("by-email", "select * from users where email = $1", [email]);
      if (user === undefined || !(await bcrypt.compare(password, user.password_hash))) return;
      const begun = begin(user);
      const values = [
        begun.sessionId,
        hash(begun.secret),
        user.id,
        Date.now() + SESSION_LIFETIME_MS,
      ];
      await first("add-session", "insert into sessions values ($1, $2, $3, $4)", values);
      return begun;
    },
  };
}

function begin(user: Row): Begun {
  const secret = randomBytes(32).toString("base64url");
  return { account: toAccount(user), sessionId: randomUUID(), secret };
}

function hash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function live(row: Row | undefined): Account | undefined {
  if (row === undefined || row.disabled !== 0 || Number(row.expires_at) <= Date.now())
    return undefined;
  return toAccount(row);
}

function toAccount({ id, email, role, disabled, created_at }: Row): Account {
  const createdAt = new Date(Number(created_at)).toISOString();
  return { id, email, role, disabled: disabled !== 0, createdAt };
}

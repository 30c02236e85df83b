/** Accounts and sessions of the peers in SQLite: prepared statements, and one join for a session. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import bcrypt from "bcryptjs";

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
  readonly created_at: number;
  readonly expires_at: number;
}

/** A new session: `secret` is the value of its cookie, `sessionId` goes into its token. */
export interface Begun {
  readonly account: Account;
  readonly sessionId: string;
  readonly secret: string;
}

/** Opens `bench.db` in the folder that the bench names, with the durability settings of Portcullis. */
export function openStore() {
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
  const columns = "users.id, email, role, disabled, users.created_at, expires_at";
  const sessionJoin = `select ${columns} from sessions join users on users.id = user_id`;
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
    async signUp(email: string, password: string): Promise<void> {
      addUser.run(randomUUID(), email, await bcrypt.hash(password, BCRYPT_COST), Date.now());
    },
    async logIn(email: string, password: string): Promise<Begun | undefined> {
      const user = byEmail.get(email) as (Row & { password_hash: string }) | undefined; // the columns of `users`
      if (user === undefined || !(await bcrypt.compare(password, user.password_hash))) return;
      const secret = randomBytes(32).toString("base64url");
      const sessionId = randomUUID();
      addSession.run(sessionId, hash(secret), user.id, Date.now() + SESSION_LIFETIME_MS);
      return { account: toAccount(user), sessionId, secret };
    },
  };
}

export type Store = ReturnType<typeof openStore>;

function hash(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function live(row: Row | undefined): Account | undefined {
  if (row === undefined || row.disabled !== 0 || row.expires_at <= Date.now()) return undefined;
  return toAccount(row);
}

function toAccount({ id, email, role, disabled, created_at }: Row): Account {
  const createdAt = new Date(created_at).toISOString();
  return { id, email, role, disabled: disabled !== 0, createdAt };
}

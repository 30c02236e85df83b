/** One client and its accounts: which operation comes next, and the way into an account. */
import { type Client, createClient, memoryTokens } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import { type Account, isAcknowledged, type Ledger, type TokenSession } from "./ledger.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Random } from "./random.ts";

export interface Soak {
  readonly baseUrl: string;
  readonly ledger: Ledger;
  readonly mailbox: Mailbox;
  /** REFRESH_GRACE of the server. Milliseconds. */
  readonly graceMs: number;
}

export interface Person {
  readonly name: string;
  readonly random: Random;
  account: Account | undefined;
  /** Accounts that are not used any more, and must be as they were left. */
  readonly retired: Account[];
  /** A signup without an answer. */
  newborn: { readonly email: string; readonly password: string } | undefined;
  /** How many accounts it has asked for. */
  accounts: number;
}

export function createPerson(name: string, random: Random): Person {
  return { name, random, account: undefined, retired: [], newborn: undefined, accounts: 0 };
}

export function newPassword({ random }: Pick<Person, "random">): string {
  return `violet harbour ${random.between(1e8, 1e9)} lantern ${random.between(1e8, 1e9)}`;
}

/** Signs up, and takes the new account in place of the present one. */
export async function signUp(soak: Soak, person: Person): Promise<void> {
  person.accounts += 1;
  const email = `${person.name}-${person.accounts}@example.com`;
  const password = newPassword(person);
  person.newborn = { email, password };
  const result = await cookieClient(soak).signup({ email, password });
  if (!isAcknowledged(soak.ledger, "signup", result, 201, ["signup"]) || !result.ok) return;
  moveIn(person, { email, password }, result.data.id);
}

/** The account is the person's from now on. */
export function moveIn(
  person: Person,
  { email, password }: { readonly email: string; readonly password: string },
  id: string,
): void {
  person.newborn = undefined;
  if (person.account) person.retired.push(person.account);
  person.account = {
    email,
    id,
    password,
    formerPassword: undefined,
    sessions: [],
    reset: undefined,
    pending: undefined,
    isPasswordUnproven: true,
  };
}

/** Each login has a client of its own: without an answer it leaves nothing to know, and nothing to doubt. */
export async function logInByCookie(soak: Soak, account: Account): Promise<void> {
  const api = cookieClient(soak);
  const { email, password } = account;
  const result = await api.login({ email, password });
  if (!isAcknowledged(soak.ledger, "login", result, 200, ["login_success"])) return;
  account.sessions.push({ kind: "cookie", api, isLive: true });
  account.isPasswordUnproven = false;
}

export async function logInByToken(soak: Soak, account: Account): Promise<void> {
  const api = createClient({ baseUrl: soak.baseUrl, tokens: memoryTokens() });
  const { email, password } = account;
  const result = await api.tokenLogin({ email, password });
  if (!isAcknowledged(soak.ledger, "token login", result, 200, ["login_success"])) return;
  if (!result.ok) return;
  account.sessions.push(newTokenSession(api, result.data.refreshToken));
  account.isPasswordUnproven = false;
}

function newTokenSession(api: Client, refreshToken: string): TokenSession {
  const [id = ""] = refreshToken.split(".");
  return { kind: "token", api, id, refreshToken, exchanged: [], isLive: true };
}

export function cookieClient({ baseUrl }: Soak): Client {
  return createClient({ baseUrl, cookies: cookieJar() });
}

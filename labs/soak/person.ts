/** A person is one client of the soak with its accounts. Signs up and logs in. */
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
  /** Accounts that are not used any more, and must stay unchanged. */
  readonly retired: Account[];
  /** Credentials of a signup without an answer. */
  pendingSignup: { readonly email: string; readonly password: string } | undefined;
  /** Number of signups so far. */
  signups: number;
}

export function createPerson(name: string, random: Random): Person {
  return { name, random, account: undefined, retired: [], pendingSignup: undefined, signups: 0 };
}

export function newPassword({ random }: Pick<Person, "random">): string {
  return `violet harbour ${random.between(1e8, 1e9)} lantern ${random.between(1e8, 1e9)}`;
}

/** Signs up, and uses the new account from then on. */
export async function signUp(soak: Soak, person: Person): Promise<void> {
  person.signups += 1;
  const email = `${person.name}-${person.signups}@example.com`;
  const password = newPassword(person);
  person.pendingSignup = { email, password };
  const result = await cookieClient(soak).signup({ email, password });
  if (!isAcknowledged(soak.ledger, "signup", result, 201, ["signup"])) return;
  if (result.status !== 201) return; // 202 where the address is to be proved first: not here
  switchAccount(person, { email, password }, result.data.id);
}

/** Makes the account the one in use, and retires the one before. */
export function switchAccount(
  person: Person,
  { email, password }: { readonly email: string; readonly password: string },
  id: string,
): void {
  person.pendingSignup = undefined;
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

/** Each login has a client of its own, so that one without an answer leaves no session in the ledger to doubt. */
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
  if (result.status !== 200) return;
  account.sessions.push(newTokenSession(api, result.data.refreshToken));
  account.isPasswordUnproven = false;
}

function newTokenSession(api: Client<"tokens">, refreshToken: string): TokenSession {
  const [id = ""] = refreshToken.split(".");
  return { kind: "token", api, id, refreshToken, rotated: [], isLive: true };
}

export function cookieClient({ baseUrl }: Soak): Client {
  return createClient({ baseUrl, cookies: cookieJar() });
}

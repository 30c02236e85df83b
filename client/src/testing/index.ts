/**
 * `@portcullis/client/testing`: a server for the tests of whatever uses the client. It lives in memory,
 * takes what the document takes and answers what the document answers. It is not for production: it
 * keeps passwords as they are, limits nobody and hashes nothing.
 */
import { credentialTable, fakeTable } from "../generated/fake.ts";
import type { CredentialName, OperationId, OperationRow } from "../input.ts";
import { Accounts, normalEmail } from "./accounts.ts";
import { hasSecondFactor, isRecent, waysToReauthenticate } from "./factors.ts";
import type { Call, FakeSettings, ProblemCode } from "./calls.ts";
import { createFakePasskey, type FakePasskey, type FakePasskeyOptions } from "./fake-passkey.ts";
import {
  fakeProvider,
  knownProviders,
  type FakeProvider,
  type FakeProviderOptions,
} from "./fake-provider.ts";
import { factorTools } from "./factor-tools.ts";
import { handlers } from "./handlers.ts";
import type { FakeMail, MailKind } from "./mails.ts";
import { cookieIn, findOperation, type Found, readBody, typedQuery } from "./requests.ts";
import { type Account, newId, type Session } from "./rows.ts";
import { type AnyCode, problemResponse, type Success, successResponse } from "./responses.ts";
import { type BodyRules, findBodyIssues, findIssues, type Issue, type Rules } from "./rules.ts";
import type { WebRequest, WebResponse } from "../web.ts";

export type { ProblemCode } from "./calls.ts";
export type { FakePasskey, FakePasskeyOptions } from "./fake-passkey.ts";
export type {
  FakePerson,
  FakeProvider,
  FakeProviderOptions,
  ProviderAnswer,
  ProviderRefusal,
} from "./fake-provider.ts";
export type { FakeMail, MailKind } from "./mails.ts";

/** How to make a fake server. */
export interface FakeServerOptions {
  /** The time, in milliseconds since 1970, for tests of what expires. Default: the clock. */
  readonly now?: (() => number) | undefined;
  /** The setting `SIGNUP`. Default: `open`, as on a server in development. */
  readonly signup?: FakeSettings["signup"] | undefined;
  /** The setting `MAIL_LOGIN`. Default: false, as on a server, whose sign-in by mail is then a 404. */
  readonly mailLogin?: boolean | undefined;
  /**
   * The setting `SECOND_FACTOR`. Default: `optional`. With `required`, an account without a second factor can do nothing
   * but add one. The fake has no administrators, so `admins` asks nobody for one.
   */
  readonly secondFactor?: FakeSettings["secondFactor"] | undefined;
  /** The setting `PROVIDERS`, with those of each. Default: none. */
  readonly providers?: readonly FakeProviderOptions[] | undefined;
  /** The setting `CORS_ORIGINS`: of the pages that `returnTo` may name, besides those of the fake's own origin. Default: none. */
  readonly corsOrigins?: readonly string[] | undefined;
}

/** A Portcullis server without a network. */
export interface FakeServer {
  /**
   * Answers a request, as `fetch` would: `createClient({ baseUrl: "http://localhost", fetch: fake.fetch })`.
   * In cookie mode give the client a jar. What the document does not have is a 404.
   */
  readonly fetch: (request: WebRequest) => Promise<WebResponse>;
  /**
   * Lets the next calls of an operation fail with one of its documented problems, before anything is
   * looked at. `times` is 1 unless you say otherwise; 0 ends it, `Infinity` never does.
   */
  fail<K extends OperationId>(operation: K, code: ProblemCode<K>, times?: number): void;
  /** The token that the last `forgotPassword` would have mailed to the address; undefined if none is good. */
  resetToken(email: string): string | undefined;
  /**
   * The newest mail to the address, or the newest of that kind: `fake.mail(email, "signup_confirm").code`. Throws where
   * there is none, and says which there are.
   */
  mail<K extends MailKind = MailKind>(address: string, kind?: K): FakeMail<K>;
  /** All mails to the address, the oldest first. */
  mails(address: string): readonly FakeMail[];
  /**
   * A code of the authenticator app with that secret, or of the account with that address. It is the earliest that is
   * still good: of the half minute before, of this one, or of the next. Throws where all three are used: let the clock
   * go on by 30 seconds. The account's own recovery codes are in the answer that made them.
   */
  totpCode(secretOrAddress: string): Promise<string>;
  /** Gives the account an authenticator app, as if it had had one all along: no session ends, no mail is sent. */
  addTotp(address: string): { readonly secret: string; readonly recoveryCodes: readonly string[] };
  /** Gives the account a passkey, as if it had had one all along. */
  addPasskey(address: string, options?: FakePasskeyOptions): FakePasskey;
  /** A passkey that no account has yet: it answers the options of `startPasskey`, and later ones that ask for it. */
  passkey(options?: FakePasskeyOptions): FakePasskey;
  /** Removes all second factors of the account, as an administrator does by `resetUserFactors`. */
  resetFactors(address: string): void;
  /** The provider with that id, for whoever signs in there. Throws where `providers` has none. */
  provider(id: string): FakeProvider;
}

/** Makes a server that knows nobody. It has no administrators: what needs one answers 403. */
export function createFakeServer({
  now = Date.now,
  signup = "open",
  mailLogin = false,
  secondFactor = "optional",
  providers: offered = [],
  corsOrigins = [],
}: FakeServerOptions = {}): FakeServer {
  const providers = knownProviders(offered, signup !== "closed");
  const settings: FakeSettings = { signup, mailLogin, secondFactor, providers, corsOrigins };
  const accounts = new Accounts();
  const failures = new Map<string, { readonly code: AnyCode; times: number }>();

  return {
    async fetch(request) {
      const requestId = newId(now());
      const found = findOperation(request);
      if (found === undefined) return problemResponse("not_found", requestId);
      const answer = nextFailure(found.operationId) ?? (await judge(found, request));
      if ("problem" in answer) {
        const { problem, ...fields } = answer;
        const { isChallenging } = fakeTable[found.operationId];
        return problemResponse(problem, requestId, fields, isChallenging);
      }
      return successResponse(
        answer.status ?? fakeTable[found.operationId].success,
        requestId,
        answer,
      );
    },
    fail(operation, code, times = 1) {
      failures.set(operation, { code, times });
    },
    resetToken(email) {
      const account = accounts.findByEmail(email);
      return account && accounts.challenges.findOf(account, "password_reset", now())?.linkToken;
    },
    mail: (address, kind) => accounts.mails.newest(normalEmail(address), kind),
    mails: (address) => accounts.mails.sentTo(normalEmail(address)),
    ...factorTools(accounts, now),
    passkey: createFakePasskey,
    provider(id) {
      const provider = providers.get(id);
      if (provider) return fakeProvider(provider);
      throw new Error(
        `No provider is ${id}: there are ${[...providers.keys()].join(", ") || "none"}`,
      );
    },
  };

  function nextFailure(operationId: OperationId): AnyAnswer | undefined {
    const failure = failures.get(operationId);
    if (failure === undefined || failure.times <= 0) return undefined;
    failure.times -= 1;
    return { problem: failure.code };
  }

  /** The checks of the server, in the server's order. */
  async function judge({ operationId, row, params }: Found, request: Request): Promise<AnyAnswer> {
    const documented: Documented = fakeTable[operationId];
    const cookieSession = accounts.findByCookie(cookieIn(request, "__Host-session") ?? "", now());
    const { caller, credential } = findCaller(request, row);
    if (caller) caller.lastSeenAt = now();
    const isChange = row.method !== "GET";
    if (isChange && request.headers.get("sec-fetch-site") === "cross-site")
      return { problem: "csrf_rejected" };
    if (caller === undefined && documented.problems.includes("unauthenticated"))
      return { problem: "unauthenticated" };
    const needsProof = caller && isChange && credentialTable[credential].sentByBrowser;
    if (needsProof && request.headers.get("x-csrf-token") !== caller.csrfToken)
      return { problem: "csrf_rejected" };
    if (documented.isForAdmins) return { problem: "forbidden" };
    const asksForFactor = documented.problems.includes("second_factor_enrolment_required");
    if (caller && asksForFactor && isUnenrolled(caller))
      return { problem: "second_factor_enrolment_required" };
    if (caller && documented.recent === true && !isRecent(caller, now()))
      return reauthenticationRequired(caller.account);

    const body = documented.body ? await readBody(request) : { value: undefined };
    if ("problem" in body) return body;
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const issues = [
      ...findIssues("params", documented.params ?? {}, params),
      ...(ignoresQuery(documented) ? [] : findIssues("query", documented.query ?? {}, query)),
      ...(documented.body ? findBodyIssues(documented.body, body.value) : []),
    ];
    if (issues.length > 0) return { problem: "validation_failed", issues };
    if (caller && isRecentAsked(documented, body.value) && !isRecent(caller, now()))
      return reauthenticationRequired(caller.account);

    const fields = typeof body.value === "object" ? body.value : {};
    const input = { ...params, ...typedQuery(documented.query ?? {}, query), ...fields };
    const call = {
      input,
      accounts,
      caller,
      cookieSession,
      challengeCookie: cookieIn(request, "__Host-challenge"),
      settings,
      origin: new URL(request.url).origin,
      userAgent: request.headers.get("user-agent"),
      now: now(),
    };
    // One handler per operation that needs no administrator, and `input` is what its document asks for: just checked.
    const handler = handlers[operationId as keyof typeof handlers] as AnyHandler;
    return handler(call);
  }

  function reauthenticationRequired(account: Account): AnyAnswer {
    const methods = waysToReauthenticate(account, mailLogin);
    return { problem: "reauthentication_required", methods };
  }

  /** Where the setting asks for a second factor. The fake has no administrators. */
  function isUnenrolled({ account }: Session): boolean {
    return secondFactor === "required" && !hasSecondFactor(account);
  }

  /** The first credential that the request carries and the operation takes; a dead one never falls back to another. */
  function findCaller(request: Request, { accepts }: OperationRow) {
    for (const credential of byPrecedence) {
      const { read, find } = ways[credential];
      const presented = accepts.includes(credential) ? read(request) : undefined;
      if (presented !== undefined)
        return { caller: find(accounts, presented, now()), credential } as const;
    }
    return { caller: undefined, credential: undefined };
  }
}

/** True for a body that has, or lacks, what decides it. */
function isRecentAsked({ recent }: Documented, body: unknown): boolean {
  if (recent === undefined || recent === true) return false;
  const has = (name: string) => typeof body === "object" && body !== null && name in body;
  return "bodyHas" in recent ? has(recent.bodyHas) : !has(recent.bodyLacks);
}

/** Health and public keys answer whatever a monitor adds. */
function ignoresQuery({ problems }: Documented): boolean {
  return !problems.includes("validation_failed");
}

/** How a credential is carried, and whose session it is. */
interface Way {
  readonly read: (request: Request) => string | undefined;
  readonly find: (accounts: Accounts, presented: string, now: number) => Session | undefined;
}
const ways: Readonly<Record<CredentialName, Way>> = {
  session: {
    read: (request) => cookieIn(request, "__Host-session"),
    find: (accounts, secret, now) => accounts.findByCookie(secret, now),
  },
  bearer: {
    read: ({ headers }) => headers.get("authorization") ?? undefined,
    find: (accounts, header, now) =>
      accounts.findByAccessToken(/^Bearer (\S+)$/i.exec(header)?.[1] ?? "", now),
  },
};
/** A credential that a browser does not send by itself is meant, and comes first. */
const byPrecedence = (Object.keys(ways) as CredentialName[]).sort(
  (a, b) => Number(credentialTable[a].sentByBrowser) - Number(credentialTable[b].sentByBrowser),
); // keys of a literal

type AnyCall = Omit<Call<OperationId>, "input" | "caller"> & {
  readonly input: unknown;
  readonly caller: Session | undefined;
};
type AnyHandler = (call: AnyCall) => AnyAnswer | Promise<AnyAnswer>;
type AnyAnswer =
  | Success
  | {
      readonly problem: AnyCode;
      readonly issues?: readonly Issue[];
      readonly methods?: readonly string[];
      readonly reason?: string;
      readonly linkToken?: string;
      readonly returnTo?: string | null;
    };
/** A row of the generated table, as all of them are. */
interface Documented {
  readonly isForAdmins: boolean;
  readonly recent?: true | { readonly bodyHas: string } | { readonly bodyLacks: string };
  readonly problems: readonly string[];
  readonly params?: Rules;
  readonly query?: Rules;
  readonly body?: BodyRules;
}

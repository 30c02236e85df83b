/**
 * `@portcullis/client/testing`: a server for the tests of whatever uses the client. It lives in memory,
 * takes what the document takes and answers what the document answers. It is not for production: it
 * keeps passwords as they are, limits nobody and hashes nothing.
 */
import { credentialTable, fakeTable } from "../generated/fake.ts";
import { operationTable } from "../generated/operations.ts";
import type { CredentialName, OperationId, OperationRow } from "../input.ts";
import { Accounts, normalEmail } from "./accounts.ts";
import type { Call, FakeSettings, ProblemCode } from "./calls.ts";
import { handlers } from "./handlers.ts";
import type { FakeMail, MailKind } from "./mails.ts";
import { newId, type Session } from "./rows.ts";
import { type AnyCode, problemResponse, type Success, successResponse } from "./responses.ts";
import { type BodyRules, findBodyIssues, findIssues, type Issue, type Rules } from "./rules.ts";
import type { WebRequest, WebResponse } from "../web.ts";

export type { ProblemCode } from "./calls.ts";
export type { FakeMail, MailKind } from "./mails.ts";

/** How to make a fake server. */
export interface FakeServerOptions {
  /** The time, in milliseconds since 1970, for tests of what expires. Default: the clock. */
  readonly now?: (() => number) | undefined;
  /** The setting `SIGNUP`. Default: `open`, as on a server in development. */
  readonly signup?: FakeSettings["signup"] | undefined;
  /** The setting `MAIL_LOGIN`. Default: false, as on a server, whose sign-in by mail is then a 404. */
  readonly mailLogin?: boolean | undefined;
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
}

/** Makes a server that knows nobody. It has no administrators: what needs one answers 403. */
export function createFakeServer({
  now = Date.now,
  signup = "open",
  mailLogin = false,
}: FakeServerOptions = {}): FakeServer {
  const settings: FakeSettings = { signup, mailLogin };
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
    if (caller && documented.problems.includes("reauthentication_required") && !isRecent(caller))
      return { problem: "reauthentication_required", methods: waysToProve(caller) };

    const body = documented.body ? await readBody(request) : { value: undefined };
    if ("problem" in body) return body;
    const query = Object.fromEntries(new URL(request.url).searchParams);
    const issues = [
      ...findIssues("params", documented.params ?? {}, params),
      ...(ignoresQuery(documented) ? [] : findIssues("query", documented.query ?? {}, query)),
      ...(documented.body ? findBodyIssues(documented.body, body.value) : []),
    ];
    if (issues.length > 0) return { problem: "validation_failed", issues };

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
    const handler = handlers[operationId as keyof typeof handlers] as (call: AnyCall) => AnyAnswer;
    return handler(call);
  }

  /** A session that began a short time ago. The fake has no other way to prove who one is again. */
  function isRecent({ createdAt }: Session): boolean {
    return now() < createdAt + RECENT_MS;
  }

  function waysToProve({ account }: Session): readonly string[] {
    return [...(account.password === null ? [] : ["password"]), ...(mailLogin ? ["mail"] : [])];
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

/** `RECENT_AUTH_SECONDS` as the server has it by default. Milliseconds. */
const RECENT_MS = 600_000;

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
type AnyAnswer =
  | Success
  | {
      readonly problem: AnyCode;
      readonly issues?: readonly Issue[];
      readonly methods?: readonly string[];
    };
/** A row of the generated table, as all of them are. */
interface Documented {
  readonly isForAdmins: boolean;
  readonly problems: readonly string[];
  readonly params?: Rules;
  readonly query?: Rules;
  readonly body?: BodyRules;
}

interface Found {
  readonly operationId: OperationId;
  readonly row: OperationRow;
  readonly params: Readonly<Record<string, string>>;
}

function findOperation({ method, url }: Request): Found | undefined {
  const segments = new URL(url).pathname.split("/");
  for (const [operationId, row] of Object.entries(operationTable)) {
    const wanted = row.path.split("/");
    if (row.method !== method || wanted.length !== segments.length) continue;
    const pairs = wanted.map((name, at) => [name, segments[at] ?? ""] as const);
    if (pairs.some(([name, text]) => !name.startsWith("{") && name !== text)) continue;
    const params = pairs.filter(([name]) => name.startsWith("{"));
    return {
      operationId: operationId as OperationId, // a key of the table it is the key of
      row,
      params: Object.fromEntries(params.map(([name, text]) => [name.slice(1, -1), text])),
    };
  }
  return undefined;
}

/** A query is text on its way here; a handler gets it as the document has it. */
function typedQuery(rules: Rules, query: Readonly<Record<string, string>>) {
  const fields = Object.entries(query).map(([name, text]): [string, unknown] => {
    const type = rules[name]?.type;
    if (type === "integer") return [name, Number(text)];
    return [name, type === "boolean" ? text === "true" : text];
  });
  return Object.fromEntries(fields);
}

async function readBody(request: Request): Promise<{ value: unknown } | { problem: AnyCode }> {
  const [mediaType = ""] = (request.headers.get("content-type") ?? "").split(";");
  if (mediaType.trim().toLowerCase() !== "application/json")
    return { problem: "unsupported_media_type" };
  try {
    return { value: await request.json() };
  } catch {
    return { problem: "invalid_json" };
  }
}

function cookieIn(request: Request, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split("; ");
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

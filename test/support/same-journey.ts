/** A journey taken twice, through the client's fake server and through the real one: both give the same answers and mails. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createClient, memoryTokens } from "@portcullis/client";
import { cookieJar } from "@portcullis/client/node";
import {
  createFakeServer,
  type FakePerson,
  type FakeServerOptions,
  type ProviderAnswer,
} from "@portcullis/client/testing";
import { expect, onTestFinished } from "vitest";
import {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
} from "./authenticator.ts";
import { cookieClient } from "./clients.ts";
import { mailsTo } from "./mailbox.ts";
import type { TestProvider } from "./provider.ts";
import { appOf, passkeySettings } from "./second-factors.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { expectSameSteps, type Fetch, recordSteps, type Step } from "./steps.ts";
import { waitFor } from "./wait-for.ts";

/** `RECENT_AUTH_SECONDS` as it is by default. */
const RECENT_MS = 600_000;

/** A mail's code and link; undefined where it has none. */
interface Mailed {
  readonly code: string | undefined;
  readonly link: string | undefined;
}

interface Target {
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** The mail to the address that is the nth, once it is there. */
  readonly nthMail: (email: string, nth: number) => Promise<Mailed>;
  /** A code of the app with this secret that nobody has used. */
  readonly totpCode: (secret: string) => Promise<string>;
  /** Signs in at a provider: the query with which the browser comes back. */
  readonly approve: (id: string, authorizationUrl: string, person: FakePerson) => ProviderAnswer;
  /** Lets ten minutes pass. No session is recent then. */
  readonly grow: () => void;
}

export type Journey = (traveller: Traveller) => Promise<void>;
export type Traveller = ReturnType<typeof travel>["traveller"];

/**
 * Goes both ways, on a server with that environment and on a fake with those options, and compares step by step.
 * `providers` are those of the environment, by their ids.
 */
export async function expectSameJourney(
  journey: Journey,
  options: FakeServerOptions,
  environment: Readonly<Record<string, string>>,
  providers: ReadonlyMap<string, TestProvider> = new Map(),
): Promise<void> {
  const server = await startServerProcess({ environment: { ...passkeySettings, ...environment } });
  onTestFinished(() => server.dispose());
  const real = await go(journey, realTarget(server, providers));
  const faked = await go(journey, fakeTarget(options));
  expectSameSteps(faked.steps, real.steps);
  expect(faked.mails).toEqual(real.mails);
}

async function go(journey: Journey, target: Target) {
  const { traveller, steps, mails } = travel(target);
  await journey(traveller);
  return { steps, mails };
}

function fakeTarget(options: FakeServerOptions): Target {
  let passed = 0;
  const fake = createFakeServer({ ...options, now: () => Date.now() + passed });
  return {
    baseUrl: "http://localhost",
    fetch: fake.fetch,
    totpCode: fake.totpCode,
    approve: (id, url, person) => fake.provider(id).approve(url, person),
    grow: () => void (passed += RECENT_MS),
    async nthMail(email, nth) {
      const mail = fake.mails(email)[nth - 1];
      if (mail) return mail;
      throw new Error(`${email} has no mail ${nth}`);
    },
  };
}

/** A server has the clock of the machine: what is to be old is made old in its database. */
function realTarget(
  { baseUrl, folder, databaseFile }: ServerProcess,
  providers: ReadonlyMap<string, TestProvider>,
): Target {
  const onDatabase = (sql: string) => {
    const database = new DatabaseSync(databaseFile);
    database.exec(sql);
    database.close();
  };
  return {
    baseUrl,
    fetch: (request) => fetch(request),
    nthMail: (email, nth) =>
      waitFor(async () => mailedIn((await mailsTo(join(folder, "outbox"), email))[nth - 1]?.text)),
    async totpCode(secret) {
      // A code is good once. The one used before is made old, or the next would be half a minute away.
      onDatabase("UPDATE totp_factors SET last_step = 0");
      return appOf(secret).codeAt(Date.now());
    },
    approve(id, url, { subject: sub, email, emailVerified: email_verified = true }) {
      const there = providers.get(id);
      if (there === undefined) throw new Error(`No provider is ${id}`);
      Object.assign(there.person, { sub, email, email_verified });
      const { searchParams: back } = there.approve(url);
      const [state = "", code = "", iss = ""] = ["state", "code", "iss"].map(
        (name) => back.get(name) ?? undefined,
      );
      return { state, code, iss };
    },
    grow() {
      onDatabase(`UPDATE sessions SET created_at = created_at - ${RECENT_MS},
        authenticated_at = authenticated_at - ${RECENT_MS},
        second_factor_at = second_factor_at - ${RECENT_MS}`);
    },
  };
}

/** Three clients whose steps are recorded, and the mails, each read in its turn. */
function travel({ baseUrl, fetch: send, nthMail, totpCode, approve, grow }: Target) {
  const { steps, recorded } = recordSteps(send);
  const options = { baseUrl, fetch: recorded };
  const read = new Map<string, number>();
  const mails: unknown[] = [];
  const jar = cookieJar();
  const traveller = {
    browser: createClient({ ...options, cookies: jar }),
    /** The cookies that the browser would send. */
    cookies: () => jar.cookieHeader(baseUrl),
    program: createClient({ ...options, tokens: memoryTokens() }),
    stranger: cookieClient(baseUrl, { fetch: recorded }),
    totpCode,
    approve,
    grow,
    authenticator(settings: Omit<AuthenticatorOptions, "origin"> = {}): Authenticator {
      return createAuthenticator({ origin: passkeySettings.WEBAUTHN_ORIGINS, ...settings });
    },
    async nextMail(email: string) {
      const nth = (read.get(email) ?? 0) + 1;
      read.set(email, nth);
      const { code = "", link = "" } = await nthMail(email, nth);
      const token = /[#&](?:token|change|undo)=([\w-]+)/.exec(link)?.[1] ?? "";
      mails.push({
        code: code.replaceAll(/\d/g, "0"),
        // Origin, token and code are each server's own.
        link: link.replace(/^https?:[/][/][^/]+/, "").replaceAll(/(?<==)[\w-]+/g, "…"),
      });
      return { code, token };
    },
  };
  return { traveller, steps: steps satisfies Step[], mails };
}

/** The code and the link of a mail's plain text. */
function mailedIn(text: string | undefined): Mailed | undefined {
  if (text === undefined) return undefined;
  return {
    code: /^\s*(\d{4}) ?(\d{4})\s*$/m.exec(text)?.slice(1).join(""),
    link: /https?:\S+#\S+/.exec(text)?.[0],
  };
}

/** Another code of as many digits. */
export function wrong(code: string): string {
  return code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
}

/**
 * No answer tells who has an account: for every operation that takes an address, from the contract, and every way an
 * address can stand, the same status, headers and bytes. `timing/refusals.test.ts` compares the work.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperationId } from "../../src/contract/operations.ts";
import { operations } from "../../src/contract/operations.ts";
import {
  addressOperations,
  comparable,
  isRefusedAloud,
  standings,
} from "../support/address-oracle.ts";
import { ADMIN, NEW_PASSWORD } from "../support/credentials.ts";
import { type InProcessServer, startInProcessServer } from "../support/in-process-server.ts";
import type { Answer } from "../support/sound-answer.ts";

const BOUND = 3;
const bounds = {
  LIMIT_SIGNUP_EMAIL: `${BOUND}/3600`,
  LIMIT_FORGOT_EMAIL: `${BOUND}/3600`,
  LIMIT_MAIL_LOGIN_EMAIL: `${BOUND}/3600`,
  LIMIT_LOGIN_EMAIL: `${BOUND}/3600`,
  MAIL_LOGIN: "on",
};
const modes = ["open", "verified", "closed"] as const;
type Mode = (typeof modes)[number];
const servers = new Map<Mode, InProcessServer>();
let bearer: string;
beforeAll(async () => {
  for (const mode of modes)
    servers.set(mode, await startInProcessServer({ ...bounds, SIGNUP: mode }));
  bearer = await serverOf("verified").bearer(ADMIN);
});
afterAll(async () => {
  for (const server of servers.values()) await server.stop();
});

function serverOf(mode: Mode): InProcessServer {
  const server = servers.get(mode);
  if (server === undefined) throw new Error("It has not started");
  return server;
}

type Ask = (server: InProcessServer, email: string) => Promise<Answer>;
const post = (id: OperationId, body: object): Ask => {
  const { path } = operations[id];
  return (server, email) => server.post(path, { email, ...body });
};
/** By the right password where the account may not log in: that it was right must not show. */
const withPassword = (id: OperationId): Ask => {
  return (server, email) => {
    const isRefusedAnyway = /^(?:disabled|locked|unknown)/.test(email);
    const password = isRefusedAnyway ? ADMIN.password : NEW_PASSWORD;
    return post(id, { password })(server, email);
  };
};
/** A way to ask for each; one that the contract has besides fails the first test. */
const asks: Readonly<Partial<Record<OperationId, Ask>>> = {
  signup: post("signup", { password: NEW_PASSWORD }),
  login: withPassword("login"),
  tokenLogin: withPassword("tokenLogin"),
  forgotPassword: post("forgotPassword", {}),
  startMailLogin: post("startMailLogin", {}),
  startEmailChange: (server, newEmail) =>
    server.post(
      operations.startEmailChange.path,
      { newEmail },
      { authorization: `Bearer ${bearer}` },
    ),
};

test("EM-02 EM-10 ML-01 RS-01 every operation that takes an address is asked below", () => {
  expect(Object.keys(asks).sort()).toEqual([...addressOperations].sort());
});

let made = 0;
/** The answers for a new address of each standing; after as many requests as the bound, with `isOver`. */
async function answersOf(
  id: OperationId,
  mode: Mode,
  isOver: boolean,
): Promise<Map<string, string>> {
  const [server, ask] = [serverOf(mode), asks[id]];
  const answers = new Map<string, string>();
  for (const [standing, make] of Object.entries(standings)) {
    const email = `${standing.replaceAll(" ", "-")}-${(made += 1)}@example.com`;
    make(server, email);
    for (let times = 0; isOver && times < BOUND; times += 1) await ask?.(server, email);
    const answer = await ask?.(server, email);
    if (answer !== undefined) answers.set(standing, comparable(answer));
  }
  expect(answers.size).toBe(Object.keys(standings).length);
  return answers;
}

const distinct = (...answers: Map<string, string>[]) =>
  new Set(answers.flatMap((each) => [...each.values()]));

describe.each(addressOperations.map((id) => [id] as const))("%s", (id) => {
  test("EM-02 EM-10 EM-11 ML-01 LG-01 RS-01 RS-10 one answer for a proved, an unproved, a disabled, a locked and an unknown address, and for each beyond its bound", async () => {
    const within = await answersOf(id, "verified", false);
    const beyond = await answersOf(id, "verified", true);
    expect([...distinct(within)]).toEqual([expect.any(String)]);
    expect([...distinct(beyond)]).toEqual([expect.any(String)]);
    expect([...distinct(within, beyond)]).toHaveLength(isRefusedAloud(id) ? 2 : 1);
  });
});

test("EM-02 while signup is closed, no address shows", async () => {
  const answers = [
    await answersOf("signup", "closed", false),
    await answersOf("signup", "closed", true),
  ];
  expect([...distinct(...answers)]).toEqual([expect.stringContaining("signup_closed")]);
});

test("EM-02 while signup is open, an address that is taken is told to be, whatever else it is", async () => {
  const answers = await answersOf("signup", "open", false);
  expect(answers.get("unknown")).toMatch(/^\[201,/);
  answers.delete("unknown");
  expect([...distinct(answers)]).toEqual([expect.stringContaining("email_taken")]);
});

test("EM-01 EM-11 beyond the bound no address has more mails, and no account was made by asking", () => {
  const server = serverOf("verified");
  const accounts = server.sql("SELECT email FROM users WHERE email LIKE 'unknown-%'");
  expect(accounts).toEqual([]);
  const limited = server
    .sql("SELECT body FROM events WHERE event = 'rate_limited'")
    .map(({ body }) => (JSON.parse(String(body)) as { operation: string }).operation);
  expect(new Set(limited)).toEqual(new Set(addressOperations));
});

/** Every way a login ends, against everything a login gives: what must be dead is dead, and nothing else is. */
import { join } from "node:path";
import type { Client } from "@portcullis/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CSRF_HEADER } from "../../src/contract/security.ts";
import { accountOf, adminClient, dataOf, freshEmail } from "../support/clients.ts";
import { NEW_PASSWORD, PASSWORD } from "../support/credentials.ts";
import { nthMailTo, tokenIn } from "../support/mailbox.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let admin: Client;
beforeAll(async () => {
  // Without a grace a second use is reuse, from the next millisecond on.
  server = await startServerProcess({
    environment: { REFRESH_GRACE: "0", LIMIT_RESET_IP: "100000/60" },
  });
  admin = await adminClient(server.baseUrl);
});
afterAll(() => server.dispose());

interface Cookie {
  readonly headers: { readonly cookie: string };
  readonly csrfToken: string;
}
interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}
/** Logins of one account: the cookie that asks, another, and two by token; and a reset link mailed before. */
interface Logins {
  readonly userId: string;
  readonly asking: Cookie;
  readonly other: Cookie;
  readonly program: Tokens;
  readonly otherProgram: Tokens;
  readonly resetToken: string;
}
type LoginName = "asking" | "other" | "program" | "otherProgram";
const everything = ["asking", "other", "program", "otherProgram"] as const;

interface Ending {
  readonly ends: readonly LoginName[];
  /** The fate of a reset link mailed before, and why that is right. */
  readonly resetToken: { readonly is: "void" | "good"; readonly why: string };
  /** The status that says it was done. */
  readonly status: number;
  readonly end: (logins: Logins) => Promise<number>;
}

const endings: Record<string, Ending> = {
  "SE-04 logging out": {
    ends: ["asking"],
    resetToken: {
      is: "good",
      why: "it ends one login; the link was mailed to the owner, and proves the mailbox",
    },
    status: 204,
    end: ({ asking }) => byCookie(asking, "POST", "/logout"),
  },
  "SE-07 ending one's session by token": {
    ends: ["program"],
    resetToken: {
      is: "good",
      why: "it ends one login, and is no sign that the mailbox is in other hands",
    },
    status: 204,
    end: ({ asking, program }) =>
      byCookie(asking, "DELETE", `/me/sessions/${sessionIdOf(program)}`),
  },
  "SE-07 ending one's other sessions": {
    ends: ["other", "program", "otherProgram"],
    resetToken: {
      is: "good",
      why: "it ends logins; whoever has forgotten the password still needs the way back",
    },
    status: 204,
    end: ({ asking }) => byCookie(asking, "DELETE", "/me/sessions"),
  },
  "PW-11 changing the password": {
    ends: ["other", "program", "otherProgram"],
    resetToken: {
      is: "void",
      why: "RS-08: whoever knows the password needs no link, and an older one would undo the change",
    },
    status: 204,
    end: ({ asking }) =>
      byCookie(asking, "POST", "/me/password", {
        currentPassword: PASSWORD,
        newPassword: NEW_PASSWORD,
      }),
  },
  "PW-11 resetting the password": {
    ends: everything,
    resetToken: {
      is: "void",
      why: "RS-03: it is good once",
    },
    status: 204,
    end: async ({ resetToken: token }) =>
      (await admin.resetPassword({ token, newPassword: NEW_PASSWORD })).ok ? 204 : 0,
  },
  "AZ-04 disabling the account": {
    ends: everything,
    resetToken: {
      is: "void",
      why: "AZ-04: disabling ends all the account has, and enabling brings none of it back",
    },
    status: 200,
    end: async ({ userId }) => ((await admin.updateUser({ userId, disabled: true })).ok ? 200 : 0),
  },
  "AZ-04 disabling the account, and enabling it again": {
    ends: everything,
    resetToken: {
      is: "void",
      why: "AZ-04: disabling ends all the account has, and enabling brings none of it back",
    },
    status: 200,
    async end({ userId }) {
      expect((await admin.updateUser({ userId, disabled: true })).ok).toBe(true);
      return (await admin.updateUser({ userId, disabled: false })).ok ? 200 : 0;
    },
  },
  "AZ-04 deleting the account": {
    ends: everything,
    resetToken: {
      is: "void",
      why: "AZ-04: there is no account left to open",
    },
    status: 204,
    end: async ({ userId }) => ((await admin.deleteUser({ userId })).ok ? 204 : 0),
  },
  "AZ-04 deleting one's own account": {
    ends: everything,
    resetToken: {
      is: "void",
      why: "AZ-04: there is no account left to open",
    },
    status: 204,
    end: ({ asking }) => byCookie(asking, "POST", "/me/delete", { password: PASSWORD }),
  },
  "AZ-05 an admin's ending the account's sessions": {
    ends: everything,
    resetToken: {
      is: "good",
      why: "it ends what a thief may hold; the link is how the owner shuts them out for good",
    },
    status: 204,
    end: async ({ userId }) => ((await admin.revokeUserSessions({ userId })).ok ? 204 : 0),
  },
  "TK-20 revoking a refresh token": {
    ends: ["program"],
    resetToken: {
      is: "good",
      why: "RFC 7009: it ends what was granted with the token, and nothing else",
    },
    status: 204,
    end: ({ program }) => send("POST", "/token/revoke", {}, { token: program.refreshToken }),
  },
  "TK-20 revoking an access token": {
    ends: ["program"],
    resetToken: {
      is: "good",
      why: "RFC 7009: it ends what was granted with the token, and nothing else",
    },
    status: 204,
    end: ({ program }) => send("POST", "/token/revoke", {}, { token: program.accessToken }),
  },
  "TK-12 reusing a refresh token": {
    ends: ["program"],
    resetToken: {
      is: "good",
      why: "TK-12: a copied token ends its own login; it tells nothing of the mailbox",
    },
    status: 401,
    async end({ program: { refreshToken } }) {
      expect(await send("POST", "/token/refresh", {}, { refreshToken })).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 20)); // beyond a grace of nothing
      return send("POST", "/token/refresh", {}, { refreshToken });
    },
  },
};

test.each(Object.entries(endings))(
  "TK-08 CS-03 RS-08 %s ends what it must in every form, and nothing more",
  async (_, { ends, resetToken, status, end }) => {
    const [logins, bystander] = await Promise.all([newLogins(), newLogins()]);
    expect(await aliveIn(logins, false)).toEqual(expectedAlive([], false));
    expect(await resets(logins)).toBe(true);
    expect(await end(logins)).toBe(status);
    expect(await aliveIn(logins, true)).toEqual(expectedAlive(ends, true));
    expect(await resets(logins), resetToken.why).toBe(resetToken.is === "good");
    expect(await aliveIn(bystander, true)).toEqual(expectedAlive([], true));
    expect(await resets(bystander)).toBe(true);
    for (const name of ["asking", "other"] as const)
      expect(await proves(logins[name].csrfToken, bystander.asking)).toBe(false);
  },
);

/** Tells how much of each login is still good, by the form it is used in. A refresh changes what it asks about, so it may be left out. */
async function aliveIn(logins: Logins, withRefresh: boolean): Promise<Record<string, boolean>> {
  const alive: Record<string, boolean> = {};
  for (const name of ["asking", "other"] as const) {
    const { headers } = logins[name];
    alive[`${name}: cookie`] = (await send("GET", "/me", headers)) === 200;
    alive[`${name}: CSRF proof`] = await proves(logins[name].csrfToken, logins[name]);
  }
  for (const name of ["program", "otherProgram"] as const) {
    const { accessToken, refreshToken } = logins[name];
    const headers = { authorization: `Bearer ${accessToken}` };
    alive[`${name}: access token`] = (await send("GET", "/token/me", headers)) === 200;
    if (withRefresh)
      alive[`${name}: refresh token`] =
        (await send("POST", "/token/refresh", {}, { refreshToken })) === 200;
  }
  return alive;
}

function expectedAlive(ends: readonly LoginName[], withRefresh: boolean): Record<string, boolean> {
  const forms = {
    asking: ["cookie", "CSRF proof"],
    other: ["cookie", "CSRF proof"],
    program: ["access token", ...(withRefresh ? ["refresh token"] : [])],
    otherProgram: ["access token", ...(withRefresh ? ["refresh token"] : [])],
  };
  return Object.fromEntries(
    everything.flatMap((name) =>
      forms[name].map((form) => [`${name}: ${form}`, !ends.includes(name)]),
    ),
  );
}

/** By a change that finds nothing to change: 404 where the proof was taken. */
async function proves(csrfToken: string, { headers }: Cookie): Promise<boolean> {
  const nobody = "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e44";
  const proof = { ...headers, [CSRF_HEADER]: csrfToken };
  const status = await send("DELETE", `/me/sessions/${nobody}`, proof);
  expect([401, 403, 404]).toContain(status);
  return status === 404;
}

/** By a password that is refused: a good token is as good afterwards (RS-09). */
async function resets({ resetToken: token }: Logins): Promise<boolean> {
  const outcome = await admin.resetPassword({ token, newPassword: "sunshine" });
  const code = outcome.ok ? undefined : outcome.problem?.code;
  expect(["weak_password", "invalid_reset_token"]).toContain(code);
  return code === "weak_password";
}

async function newLogins(): Promise<Logins> {
  const email = freshEmail();
  const user = accountOf(dataOf(await admin.signup({ email, password: PASSWORD })));
  dataOf(await admin.forgotPassword({ email })); // its mail is sent while the logins are made
  return {
    userId: user.id,
    asking: await logIn(email),
    other: await logIn(email),
    program: await logInByToken(email),
    otherProgram: await logInByToken(email),
    resetToken: tokenIn(await nthMailTo(join(server.folder, "outbox"), email)),
  };
}

async function logIn(email: string): Promise<Cookie> {
  const answer = await request("POST", "/login", {}, { email, password: PASSWORD });
  const cookies = answer.headers.getSetCookie().map((line) => line.split(";")[0]);
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  return { headers: { cookie: cookies.join("; ") }, csrfToken };
}

async function logInByToken(email: string): Promise<Tokens> {
  const answer = await request("POST", "/token/login", {}, { email, password: PASSWORD });
  return (await answer.json()) as Tokens;
}

function sessionIdOf({ refreshToken }: Tokens): string {
  return refreshToken.split(".")[0] ?? "";
}

function byCookie({ headers, csrfToken }: Cookie, method: string, path: string, body?: object) {
  return send(method, path, { ...headers, [CSRF_HEADER]: csrfToken }, body);
}

async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<number> {
  const response = await request(method, path, headers, body);
  await response.arrayBuffer();
  return response.status;
}

function request(method: string, path: string, headers: Record<string, string>, body?: object) {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const content = body === undefined ? null : JSON.stringify(body);
  return fetch(server.baseUrl + path, { method, headers: { ...headers, ...type }, body: content });
}

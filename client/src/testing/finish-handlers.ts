/** The fake server's answers to the end of every sign-in that has more than one step. */
import { beginCookieSession, beginTokenSession, deviceCookie, missingSteps } from "./answers.ts";
import type { Call, Handlers } from "./calls.ts";
import type { Challenge } from "./challenges.ts";
import { proveByCode, stepGiven } from "./factors.ts";
import { passkeyRequest, proveByPasskey } from "./passkey-ceremonies.ts";
import type { Account, AuthMethod, Proved } from "./rows.ts";

const notPending = { problem: "invalid_login_token" } as const;
const notProved = { problem: "invalid_second_factor" } as const;

export const finishHandlers: Pick<
  Handlers,
  "finishLogin" | "finishTokenLogin" | "startSecondFactorPasskey"
> = {
  async finishLogin(call) {
    const finished = await finish(call);
    if ("problem" in finished) return finished;
    const { account, proved } = finished;
    const { data, cookies } = beginCookieSession(call.accounts, account, proved, call);
    return { data, cookies: [...cookies, deviceCookie()] };
  },
  async finishTokenLogin(call) {
    const finished = await finish(call);
    if ("problem" in finished) return finished;
    return beginTokenSession(call.accounts, finished.account, finished.proved, call);
  },
  startSecondFactorPasskey({ input: { loginToken }, accounts, origin, now }) {
    const login = findLogin({ accounts, now }, loginToken);
    // Without a passkey to ask for, a browser would offer those of every account.
    if (login === undefined || login.account.passkeys.length === 0) return notPending;
    const { account, email } = login;
    const subject = { purpose: "second_factor_passkey", account, email, login } as const;
    const challenge = accounts.challenges.begin(subject, now);
    return { data: passkeyRequest(challenge, account.passkeys, { origin, now }) };
  },
};

type Finish = Pick<
  Call<"finishLogin" | "finishTokenLogin">,
  "input" | "accounts" | "origin" | "now"
>;
type Login = Challenge & { readonly account: Account; readonly proved: Proved };
interface Finished {
  readonly account: Account;
  readonly proved: Proved;
}

/** Takes the second step, if one is missing, and spends the login. */
async function finish(call: Finish): Promise<Finished | typeof notPending | typeof notProved> {
  const { input, accounts, now } = call;
  const secret = findLogin(call, input.loginToken)?.account.totp?.secret;
  const step = await stepGiven(secret, input, now);
  const login = findLogin(call, input.loginToken);
  if (login === undefined) return notPending;
  // Where nothing is compared, nothing is counted.
  if (input.method !== "none" && !accounts.challenges.countTry(login)) return notPending;
  const { account, proved } = login;
  const missing = missingSteps(account, proved);
  const second = missing.length === 0 ? undefined : secondStep(call, login, step);
  const isFinished = missing.length === 0 ? input.method === "none" : second !== undefined;
  if (!isFinished) return notProved;
  accounts.challenges.spend(login);
  const { methods } = proved;
  return { account, proved: second ? { ...proved, methods: [...methods, second] } : proved };
}

/** The method of a second step that is taken; undefined where it is not. */
function secondStep(call: Finish, login: Login, step: number | undefined): AuthMethod | undefined {
  const { input } = call;
  const { account, proved } = login;
  if (input.method === "none") return undefined;
  if (input.method !== "passkey") {
    const isProved = proveByCode(call, account, { ...input, step }, proved.methods.includes("pwd"));
    if (!isProved) return undefined;
    return input.method === "totp" ? "otp" : "recovery";
  }
  const ceremony = { purpose: "second_factor_passkey", login } as const;
  return proveByPasskey(call, account, ceremony, input) ? "passkey" : undefined;
}

function findLogin(
  { accounts, now }: Pick<Finish, "accounts" | "now">,
  loginToken: string,
): Login | undefined {
  const login = accounts.challenges.findByHandle("login", loginToken, now);
  return isOfAccount(login) ? login : undefined;
}

function isOfAccount(challenge: Challenge | undefined): challenge is Login {
  return challenge?.account !== undefined && challenge.proved !== undefined;
}

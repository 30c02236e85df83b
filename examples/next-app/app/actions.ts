"use server";

import { isPending } from "@portcullis/client";
import { asVisitor } from "../lib/visitor";

/** The state of a sign-in. Of the first step it has the token that the second one needs. */
export interface SignInState {
  readonly step: "password" | "code" | "done";
  readonly loginToken?: string;
  readonly said?: string;
}

/** The password, then, where the account has one, the second factor. */
export async function signIn(before: SignInState, form: FormData): Promise<SignInState> {
  const field = (name: string) => String(form.get(name) ?? "");
  const { api, keepCookies } = await asVisitor();
  if (before.step === "code" && before.loginToken !== undefined) {
    const code = field("code");
    // A code of the app is digits, in groups or not. All else is meant as a recovery code.
    const method = /^[\d ]+$/.test(code) ? "totp" : "recovery_code";
    const login = await api.finishSignIn({ loginToken: before.loginToken }, { method, code });
    if (login.ok) {
      await keepCookies();
      return { step: "done" };
    }
    const said = login.problem?.detail ?? UNREACHED;
    const isOver = login.problem?.code === "invalid_login_token";
    return isOver ? { step: "password", said } : { ...before, said };
  }
  const login = await api.login({ email: field("email"), password: field("password") });
  if (!login.ok) return { step: "password", said: login.problem?.detail ?? UNREACHED };
  if (isPending(login.data)) return { step: "code", loginToken: login.data.loginToken };
  await keepCookies();
  return { step: "done" };
}

/** Answers what is to be said, if it came to nothing. */
export async function signOut(): Promise<string | undefined> {
  const { api, keepCookies } = await asVisitor();
  const left = await api.signOut();
  await keepCookies();
  return left.ok ? undefined : (left.problem?.detail ?? UNREACHED);
}

const UNREACHED = "The auth server was not reached. Try again.";

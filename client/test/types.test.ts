/** Code that must compile, and code that must not. The type checker is the test; the functions here are never called. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { createClient, isPending, memoryTokens, unwrap } from "../src/index.ts";
import type {
  Client,
  Input,
  Item,
  LoginPending,
  NoAnswer,
  OperationId,
  PagedOperationId,
  PageError,
  Result,
  Schemas,
} from "../src/index.ts";
import { cookieJar } from "../src/node.ts";

describe("the types of a result", () => {
  it("narrow by ok and by status", () => {
    const check = (r: Result<"signup">) => {
      if (r.ok) expectTypeOf(r.status).toEqualTypeOf<201 | 202>();
      if (r.status === 201) expectTypeOf(r.data).toEqualTypeOf<Schemas["User"]>();
      if (r.status === 202) expectTypeOf(r.data).toEqualTypeOf<Schemas["ChallengeStarted"]>();
      // @ts-expect-error there may be no account yet
      if (r.ok) void r.data.id;
      if (r.status === 409) expectTypeOf(r.problem.code).toEqualTypeOf<"email_taken">();
      if (r.status === 0) expectTypeOf(r).toEqualTypeOf<NoAnswer>();
      if (!r.ok && r.status !== 0) expectTypeOf(r.problem.requestId).toEqualTypeOf<string>();
      // @ts-expect-error there is no problem before the status is known
      void r.problem;
      // @ts-expect-error a status the operation does not document
      if (r.status === 418) return;
    };
    expect(check).toBeTypeOf("function");
  });

  it("of a login have no session and no tokens before what is pending is handled", () => {
    const cookies = (r: Result<"login">) => {
      if (!r.ok) return;
      // @ts-expect-error there may be no session yet
      void r.data.csrfToken;
      // @ts-expect-error nor an account
      void r.data.user;
      // @ts-expect-error a session has no token of a login
      void r.data.loginToken;
      if (r.status === 202) expectTypeOf(r.data).toEqualTypeOf<LoginPending>();
      if (r.status === 200) expectTypeOf(r.data).toEqualTypeOf<Schemas["Session"]>();
      if (isPending(r.data)) expectTypeOf(r.data).toEqualTypeOf<LoginPending>();
      else expectTypeOf(r.data).toEqualTypeOf<Schemas["Session"]>();
      // @ts-expect-error unwrapped too
      void unwrap(r).user;
    };
    const tokens = (r: Result<"tokenLogin">) => {
      if (!r.ok) return;
      // @ts-expect-error there may be no tokens yet
      void r.data.accessToken;
      if (!isPending(r.data)) expectTypeOf(r.data).toEqualTypeOf<Schemas["TokenPair"]>();
    };
    const finish = async (api: Client, program: Client<"tokens">, pending: LoginPending) => {
      expectTypeOf(await api.finishSignIn(pending)).toEqualTypeOf<Result<"finishLogin">>();
      const code = { method: "totp", code: "" } as const;
      expectTypeOf(await program.finishSignIn({ loginToken: "" }, code)).toEqualTypeOf<
        Result<"finishTokenLogin">
      >();
      // @ts-expect-error a code is missing
      await api.finishSignIn(pending, { method: "totp" });
      // @ts-expect-error there is no such way
      await api.finishSignIn(pending, { method: "sms", code: "" });
      // @ts-expect-error the token is the pending one's
      await api.finishSignIn(pending, { method: "none", loginToken: "" });
      // @ts-expect-error nothing is pending
      await api.finishSignIn(undefined);
    };
    expect([cookies, tokens, finish]).toHaveLength(3);
  });

  it("let a failure be told in one line, as getting-started.md does, once ok is known", () => {
    const tell = (r: Result<"login">) => {
      if (!r.ok) expectTypeOf(r.problem?.detail ?? r.failure).toExtend<string | undefined>();
      if (!r.ok) expectTypeOf(r.problem?.code).toExtend<string | undefined>();
      // @ts-expect-error a success has no failure, so `ok` has to be asked first
      void r.failure;
    };
    expect(tell).toBeTypeOf("function");
  });

  it("narrow a status with several problems by code", () => {
    const check = (r: Result<"signup">) => {
      if (r.status !== 400) return;
      type Code = "weak_password" | "validation_failed" | "invalid_json";
      expectTypeOf(r.problem.code).toEqualTypeOf<Code>();
      // @ts-expect-error only weak_password has reasons
      void r.problem.reasons;
      if (r.problem.code === "weak_password")
        expectTypeOf(r.problem.reasons).toEqualTypeOf<Schemas["WeakPasswordProblem"]["reasons"]>();
      if (r.problem.code === "validation_failed")
        expectTypeOf(r.problem.issues).toEqualTypeOf<Schemas["Issue"][]>();
    };
    expect(check).toBeTypeOf("function");
  });

  it("are exhausted by a switch over the documented statuses and 0", () => {
    const name = (r: Result<"getReadiness">): string => {
      switch (r.status) {
        case 200:
          return r.data.status;
        case 503:
          return r.problem.code;
        case 0:
          return r.failure;
        default:
          expectTypeOf(r).toEqualTypeOf<never>();
          return r;
      }
    };
    const forgetful = (r: Result<"getReadiness">): string => {
      switch (r.status) {
        case 200:
          return "";
        case 503:
          return "";
        default:
          // @ts-expect-error no answer is left over
          return r satisfies never;
      }
    };
    expect([name, forgetful]).toHaveLength(2);
  });

  it("are those of each, where it may be one of several operations", () => {
    expectTypeOf<Result<"login" | "logout">>().toEqualTypeOf<Result<"login"> | Result<"logout">>();
  });

  it("have undefined as the data of an answer without a body", () => {
    expectTypeOf<Extract<Result<"logout">, { ok: true }>["data"]>().toEqualTypeOf<undefined>();
    expectTypeOf<Extract<Result<"logout">, { ok: true }>["status"]>().toEqualTypeOf<204>();
  });

  it("leave nothing untyped in any operation", () => {
    type Loose = { [K in OperationId]: unknown extends ProblemOf<K> | DataOf<K> ? K : never };
    type ProblemOf<K extends OperationId> =
      Result<K> extends infer R ? (R extends { problem: infer P } ? P : never) : never;
    type DataOf<K extends OperationId> = Extract<Result<K>, { ok: true }>["data"];
    expectTypeOf<Loose[OperationId]>().toEqualTypeOf<never>();
  });
});

describe("the types of an input", () => {
  it("are flat", () => {
    expectTypeOf<Input<"signup">>().toEqualTypeOf<{
      email: string;
      password: string;
      locale?: string | undefined;
    }>();
    expectTypeOf<Input<"updateMe">["name"]>().toEqualTypeOf<string | null | undefined>();
    expectTypeOf<Input<"getUser">>().toEqualTypeOf<{ userId: string }>();
    expectTypeOf<Input<"listUsers">["role"]>().toEqualTypeOf<"user" | "admin" | undefined>();
    expectTypeOf<Input<"logout">>().toEqualTypeOf<Record<string, never>>();
  });

  it("keep the forms of a body apart", () => {
    const check = async (api: Client) => {
      await api.confirmSignup({ challengeToken: "", code: "" });
      await api.confirmSignup({ token: "", newPassword: "" });
      const input: Input<"confirmSignup"> = { token: "", newPassword: "", code: undefined };
      await api.confirmSignup(input);
      // @ts-expect-error half of one form
      await api.confirmSignup({ token: "" });
      // @ts-expect-error half of each
      await api.confirmSignup({ challengeToken: "", newPassword: "" });
      // @ts-expect-error one form, and part of the other
      await api.confirmSignup({ challengeToken: "", code: "", token: "" });
      // @ts-expect-error a key of neither
      await api.confirmSignup({ challengeToken: "", code: "", password: "" });
      // @ts-expect-error nothing
      await api.confirmEmailChange({});
    };
    expect(check).toBeTypeOf("function");
  });

  it("refuse unknown and missing keys, and may be left out where nothing is required", () => {
    const check = async (api: Client) => {
      await api.getMe();
      await api.getMe({}, { timeoutMs: 1 });
      await api.listUsers();
      await api.listUsers({ limit: 1 });
      await api.signup({ email: "", password: "" }, { signal: AbortSignal.abort() });
      // @ts-expect-error unknown key in a body
      await api.signup({ email: "", password: "", admin: true });
      // @ts-expect-error missing key of a body
      await api.signup({ email: "" });
      // @ts-expect-error missing body
      await api.signup();
      // @ts-expect-error missing path parameter
      await api.getUser({});
      // @ts-expect-error unknown key in a query
      await api.listUsers({ limt: 1 });
      // @ts-expect-error wrong type of a value
      await api.listUsers({ limit: "1" });
      // @ts-expect-error the client itself carries the proof
      await api.logout({ "x-csrf-token": "" });
      // @ts-expect-error an operation that takes nothing
      await api.getMe({ id: "" });
      // @ts-expect-error unknown option of a call
      await api.getMe({}, { timeout: 1 });
    };
    expect(check).toBeTypeOf("function");
  });

  it("take undefined for what may be left out, also under exactOptionalPropertyTypes", () => {
    const check = async (api: Client, limit: number | undefined) => {
      await api.listUsers({ limit, cursor: undefined, role: undefined });
      await api.getMe({}, { signal: undefined, timeoutMs: undefined, headers: undefined });
      // @ts-expect-error but not for what is required
      await api.getUser({ userId: undefined });
    };
    expect(check).toBeTypeOf("function");
  });

  it("keep the ways of signing in apart", () => {
    const baseUrl = "http://127.0.0.1";
    const check = () => {
      createClient({ baseUrl, cookies: undefined });
      // @ts-expect-error cookies and tokens
      createClient({ baseUrl, cookies: cookieJar(), tokens: memoryTokens() });
      // @ts-expect-error a store and a token
      createClient({ baseUrl, accessToken: "t", tokens: memoryTokens() });
      // @ts-expect-error tokens and the browser's cookies
      createClient({ baseUrl, accessToken: "t", credentials: "include" });
      // @ts-expect-error no base URL
      createClient({});
    };
    expect(check).toBeTypeOf("function");
  });

  it("tell sign-outs only to clients with a token store", () => {
    const baseUrl = "http://127.0.0.1";
    const check = () => {
      createClient({
        baseUrl,
        tokens: memoryTokens(),
        onSignedOut: ({ problem }) =>
          expectTypeOf(problem.code).toEqualTypeOf<"invalid_refresh_token" | "validation_failed">(),
      });
      // @ts-expect-error a cookie session has no refresh token
      createClient({ baseUrl, onSignedOut: () => {} });
      // @ts-expect-error nor has a token from elsewhere
      createClient({ baseUrl, accessToken: "t", onSignedOut: () => {} });
      // @ts-expect-error an unknown option of a retry
      createClient({ baseUrl, retry: { count: 1 } });
    };
    expect(check).toBeTypeOf("function");
  });
});

describe("the types of pages", () => {
  it("have the operation's items, and belong to operations with pages alone", () => {
    type Paged =
      "listUsers" | "listUserSessions" | "listMySessions" | "listMyEvents" | "listEvents";
    expectTypeOf<PagedOperationId>().toEqualTypeOf<Paged>();
    expectTypeOf<Item<"listUsers">>().toEqualTypeOf<Schemas["UserDetails"]>();
    const check = async (api: Client) => {
      for await (const user of api.listUsers.each({ role: "admin" }, { timeoutMs: 1 }))
        expectTypeOf(user).toEqualTypeOf<Schemas["UserDetails"]>();
      // @ts-expect-error one user is no list
      void api.getUser.each;
      // @ts-expect-error an unknown key of the query
      void api.listUsers.each({ rol: "admin" });
    };
    expect(check).toBeTypeOf("function");
  });

  it("have failures that narrow like results", () => {
    const check = ({ result }: PageError) => {
      if (result.status === 0) expectTypeOf(result).toEqualTypeOf<NoAnswer>();
      type Code = "forbidden" | "second_factor_enrolment_required";
      if (result.status === 403) expectTypeOf(result.problem.code).toEqualTypeOf<Code>();
      expectTypeOf(result.ok).toEqualTypeOf<false>();
    };
    expect(check).toBeTypeOf("function");
  });
});

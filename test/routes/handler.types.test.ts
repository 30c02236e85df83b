/**
 * Handlers that must not compile. `tsc` is the judge: an error that is expected and does
 * not come is an error itself. Each wrong value is sound but for the one thing its test names.
 */
import { describe, expectTypeOf, it } from "vitest";
import type { Operations } from "../../src/contract/operations.ts";
import type { RecordEvent } from "../../src/domain/change.ts";
import type { EventLog, Occasion } from "../../src/domain/ports/events.ts";
import { check } from "../../src/routes/checks/check.ts";
import type { Answer, Call, Caller, Delivered, Handlers } from "../../src/routes/handler.ts";

type SignupAnswer = Answer<Operations["signup"]>;
type LogoutAnswer = Answer<Operations["logout"]>;

const user = {
  id: "01936f2e-8c00-7b3a-9d51-2f6f0a6c1e42",
  email: "ada@example.com",
  emailVerified: false,
  name: null,
  locale: null,
  role: "user",
  disabled: false,
  createdAt: "2026-11-23T10:06:00.000Z",
} as const;

describe("the table of handlers", () => {
  it("has a handler for every operation", () => {
    type Missing = Omit<Handlers, "signup">;
    expectTypeOf<Missing>().not.toExtend<Handlers>();
    expectTypeOf<Handlers>().toExtend<Missing>();
  });

  it("has each handler in its own place", () => {
    expectTypeOf<Handlers["getMe"]>().not.toExtend<Handlers["logout"]>();
    expectTypeOf<Handlers["listUsers"]>().not.toExtend<Handlers["getUser"]>();
  });
});

describe("limits", () => {
  type Limits<Id extends keyof Handlers> = "takeLimits" extends keyof Parameters<Handlers[Id]>[0]
    ? "its own"
    : "the pipeline's";

  it("are taken by the pipeline, but for one handler", () => {
    expectTypeOf<Limits<"tokenRefresh">>().toEqualTypeOf<"its own">();
    expectTypeOf<
      Limits<Exclude<keyof Handlers, "tokenRefresh">>
    >().toEqualTypeOf<"the pipeline's">();
  });

  it("cannot be forgotten by the one that takes them", () => {
    const forgetful = async () => ({ problem: "invalid_refresh_token" }) as const;
    // @ts-expect-error no limit was taken for this answer
    const wrong: Handlers["tokenRefresh"] = forgetful;
    const right: Handlers["tokenRefresh"] = ({ takeLimits }) =>
      takeLimits(async () => undefined, forgetful);
    return [wrong, right];
  });

  it("cannot refuse where the pipeline has taken them", () => {
    const limited = {
      rule: "login_ip",
      quota: { count: 1, seconds: 1 },
      retryAfterSeconds: 1,
    } as const;
    const refusal = { problem: "rate_limited", retryAfterSeconds: 1, limited } as const;
    const right: Awaited<ReturnType<Handlers["tokenRefresh"]>> = { afterLimits: refusal };
    // @ts-expect-error a login that reaches its handler was let through
    const wrong: Answer<Operations["login"]> = refusal;
    return [right, wrong];
  });
});

describe("a check", () => {
  it("refuses only with a problem that it names", () => {
    const some = { name: "a", refuses: "b", concerns: () => true } as const;
    check({ ...some, problems: ["forbidden"], judge: () => ({ problem: "forbidden" }) });
    // @ts-expect-error it names another
    check({ ...some, problems: ["forbidden"], judge: () => ({ problem: "unauthenticated" }) });
  });
});

describe("an answer", () => {
  it("has a status its operation declares", () => {
    const right: SignupAnswer = { status: 201, body: user };
    const undeclared = { status: 200, body: user } as const;
    // @ts-expect-error signup answers 201 or 202
    const wrong: SignupAnswer = undeclared;
    return [right, wrong];
  });

  it("has the body its operation declares, of the right shape", () => {
    const { email: _, ...nameless } = user;
    const incomplete = { status: 201, body: nameless } as const;
    // @ts-expect-error the user has no address
    const wrongShape: SignupAnswer = incomplete;
    const mistyped = { status: 201, body: { ...user, role: "owner" } } as const;
    // @ts-expect-error there is no such role
    const wrongType: SignupAnswer = mistyped;
    const bodiless = { status: 201 } as const;
    // @ts-expect-error signup answers a body
    const noBody: SignupAnswer = bodiless;
    return [wrongShape, wrongType, noBody];
  });

  it("has no body where none is declared", () => {
    const right: LogoutAnswer = { status: 204 };
    const talkative = { status: 204, body: user } as const;
    // @ts-expect-error 204 has no body
    const wrong: LogoutAnswer = talkative;
    return [right, wrong];
  });

  it("has no field the schema does not have", () => {
    // @ts-expect-error a hash is nobody's business
    const wrong: SignupAnswer = { status: 201, body: { ...user, passwordHash: "$2b$12$" } };
    return wrong;
  });

  it("has the optional fields that its schema declares: what nobody delivers does not compile", () => {
    interface Account {
      id: string;
      nickname?: string | undefined;
    }
    interface Page {
      items: Account[];
      owner: Account | null;
    }
    const given: Delivered<Account> = { id: user.id, nickname: undefined };
    const forgotten = { id: user.id };
    // @ts-expect-error the nickname is declared
    const wrong: Delivered<Account> = forgotten;
    // @ts-expect-error and in every item of a page
    const inPage: Delivered<Page> = { items: [forgotten], owner: given };
    // @ts-expect-error and where a value may be null
    const inUnion: Delivered<Page> = { items: [given], owner: forgotten };
    const none: Delivered<Page> = { items: [], owner: null };
    // @ts-expect-error a number is no nickname
    const mistyped: Delivered<Account> = { id: user.id, nickname: 7 };
    return [wrong, inPage, inUnion, none, mistyped];
  });

  it("has every field of an account wherever one is answered", () => {
    type BodyOf<A> = A extends { readonly body: infer B } ? B : never;
    type Session = Exclude<BodyOf<Answer<Operations["login"]>>, { loginToken: string }>;
    type Page = BodyOf<Answer<Operations["listUsers"]>>;
    expectTypeOf<Session["user"]>().toEqualTypeOf<Delivered<Session["user"]>>();
    expectTypeOf<Page["items"][number]>().toEqualTypeOf<Delivered<Page["items"][number]>>();
  });

  it("is a problem only if its operation declares it", () => {
    const right: SignupAnswer = { problem: "email_taken" };
    const undeclared = { problem: "not_found" } as const;
    // @ts-expect-error signup never answers 404
    const wrong: SignupAnswer = undeclared;
    const misspelt = { problem: "email_token" } as const;
    // @ts-expect-error there is no such problem
    const unknown: SignupAnswer = misspelt;
    return [right, wrong, unknown];
  });

  it("is never a problem that the pipeline answers", () => {
    const early = { problem: "unauthenticated" } as const;
    // @ts-expect-error the pipeline has seen to that before
    const wrong: Answer<Operations["getMe"]> = early;
    return wrong;
  });

  it("is a problem with the fields its code asks for", () => {
    const bounds = { minLength: 15, maxLength: 256 };
    const right: SignupAnswer = { problem: "weak_password", reasons: ["too_short"], ...bounds };
    const unexplained = { problem: "weak_password" } as const;
    // @ts-expect-error no reasons
    const wrong: SignupAnswer = unexplained;
    // @ts-expect-error no such reason
    const mistyped: SignupAnswer = { problem: "weak_password", reasons: ["too_ugly"], ...bounds };
    const impatient = { problem: "overloaded" } as const;
    // @ts-expect-error no retryAfterSeconds
    const late: SignupAnswer = impatient;
    return [right, wrong, mistyped, late];
  });

  it("is overloaded only where an operation depends on anything", () => {
    const busy = { problem: "overloaded", retryAfterSeconds: 1, cause: "database" } as const;
    const right: Answer<Operations["getMe"]> = busy;
    // @ts-expect-error the health of the process depends on nothing
    const wrong: Answer<Operations["getHealth"]> = busy;
    return [right, wrong];
  });
});

describe("a call", () => {
  it("has a caller for certain where the operation requires one", () => {
    expectTypeOf<Call<Operations["getMe"]>["caller"]>().toEqualTypeOf<Caller>();
    expectTypeOf<Call<Operations["listUsers"]>["caller"]>().toEqualTypeOf<Caller>();
    expectTypeOf<Call<Operations["getTokenMe"]>["caller"]>().toEqualTypeOf<Caller>();
  });

  it("has perhaps a caller where signing in is optional, and none where the operation is open", () => {
    expectTypeOf<Call<Operations["logout"]>["caller"]>().toEqualTypeOf<Caller | undefined>();
    expectTypeOf<Call<Operations["signup"]>["caller"]>().toEqualTypeOf<undefined>();
  });

  it("has the input its schemas give, and nothing else", () => {
    type List = Call<Operations["listUsers"]>["input"];
    expectTypeOf<List["query"]["limit"]>().toEqualTypeOf<number>();
    expectTypeOf<List["query"]["disabled"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<List["body"]>().toEqualTypeOf<undefined>();
    type Signup = Call<Operations["signup"]>["input"];
    expectTypeOf<Signup["body"]>().toEqualTypeOf<{
      email: string;
      password: string;
      locale?: string | undefined;
    }>();
    type Get = Call<Operations["getUser"]>["input"];
    expectTypeOf<Get["params"]>().toEqualTypeOf<{ userId: string }>();
  });
});

describe("an event", () => {
  const userId = user.id;

  it("has a name and fields that the contract declares", () => {
    return (log: EventLog, occasion: Occasion) => {
      log.compose(occasion, "logout", { userId });
      // @ts-expect-error there is no such event
      log.compose(occasion, "logged_out", { userId });
      // @ts-expect-error no userId
      log.compose(occasion, "logout", {});
      // @ts-expect-error a number is no id
      log.compose(occasion, "logout", { userId: 7 });
      // @ts-expect-error logout has no address
      log.compose(occasion, "logout", { userId, email: "ada@example.com" });
      // @ts-expect-error there is no such reason
      log.compose(occasion, "csrf_rejected", { operation: "login", reason: "bored" });
    };
  });

  it("gives its author no say over its level, name and time", () => {
    return (log: EventLog, occasion: Occasion) => {
      // @ts-expect-error the contract fixes the level
      log.compose(occasion, "logout", { userId, level: "error" });
    };
  });

  it("is stored only if the contract keeps it", () => {
    type Stored = Parameters<RecordEvent>[0];
    expectTypeOf<"logout">().toExtend<Stored>();
    expectTypeOf<"request">().not.toExtend<Stored>();
  });
});

import { describe, expect, expectTypeOf, it } from "vitest";
import {
  CallError,
  createClient,
  isPending,
  memoryTokens,
  PageError,
  type Result,
  type Schemas,
  unwrap,
} from "../src/index.ts";
import { addPasskey, signInWithPasskey } from "../src/passkeys/index.ts";
import { json, nothing, problem, requestId, startServer, user } from "./loopback-server.ts";

const credentials = { email: "ada@example.com", password: "p" };

/** The error that `unwrap` throws for the result. */
function thrownFor(result: Parameters<typeof unwrap>[0]): unknown {
  try {
    unwrap(result);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("unwrap", () => {
  it("answers the data of a success, with its type", async () => {
    const { url } = await startServer(json(200, user));
    const me = unwrap(await createClient({ baseUrl: url }).getMe());
    expectTypeOf(me).toEqualTypeOf<Schemas["User"]>();
    expect(me).toEqual(user);
  });

  it("throws nothing for a success without a body, whose data is undefined", async () => {
    const { url } = await startServer(nothing());
    const result = await createClient({ baseUrl: url }).deleteUser({ userId: user.id });
    expectTypeOf<ReturnType<typeof unwrap<Result<"deleteUser">>>>().toEqualTypeOf<undefined>();
    expect(thrownFor(result)).toBeUndefined();
  });

  it("throws an error that has the status and the problem of a failure, and says both", async () => {
    const { url } = await startServer(problem(409, "email_taken", { detail: "It is taken." }));
    const result = await createClient({ baseUrl: url }).signup(credentials);
    const error = thrownFor(result);
    if (!(error instanceof CallError)) throw new Error("no CallError");
    expect(error).toMatchObject({
      name: "CallError",
      status: 409,
      problem: { code: "email_taken" },
    });
    expect(error.result).toBe(result);
    expect(error.message).toBe(`It is taken. (email_taken, request ${requestId})`);
    expect(error).not.toBeInstanceOf(PageError);
    if (error.problem?.code === "rate_limited")
      expectTypeOf(error.problem.retryAfterSeconds).toEqualTypeOf<number>();
  });

  it("throws an error with status 0, no problem, and its cause, where no usable answer came", async () => {
    const api = createClient({ baseUrl: "http://127.0.0.1:1" });
    const error = thrownFor(await api.getHealth());
    expect(error).toMatchObject({ status: 0, problem: undefined, result: { failure: "network" } });
    expect((error as CallError).message).toBe("No usable answer: network");
    expect((error as CallError).cause).toBeInstanceOf(TypeError);
  });

  it("takes the ceremonies of passkeys, and says in the browser's place why there was none", async () => {
    const api = createClient({ baseUrl: "http://127.0.0.1:1", tokens: memoryTokens() });
    const unsupported = await addPasskey(api); // there is no browser here
    const error = thrownFor(unsupported);
    expect(error).toMatchObject({ status: 0, problem: undefined, result: unsupported });
    expect((error as CallError).message).toMatch(/^This browser has no passkeys here\. /);
    const check = async () => {
      const added = unwrap(await addPasskey(api));
      expectTypeOf(added).toEqualTypeOf<Schemas["AddedPasskey"]>();
      const signedIn = unwrap(await signInWithPasskey(api));
      if (!isPending(signedIn)) expectTypeOf(signedIn).toEqualTypeOf<Schemas["TokenPair"]>();
    };
    expect(check).toBeTypeOf("function");
  });
});

import { describe, expect, expectTypeOf, it } from "vitest";
import {
  CallError,
  createClient,
  PageError,
  type Result,
  type Schemas,
  unwrap,
} from "../src/index.ts";
import { json, nothing, problem, requestId, startServer, user } from "./loopback-server.ts";

const credentials = { email: "ada@example.com", password: "p" };

/** The error that the promise was rejected with. */
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("unwrap", () => {
  it("answers the data of a success, with its type", async () => {
    const { url } = await startServer(json(200, user));
    const me = unwrap(await createClient({ baseUrl: url }).getMe());
    expectTypeOf(me).toEqualTypeOf<Schemas["User"]>();
    expect(me).toEqual(user);
  });

  it("answers undefined for a success without a body", async () => {
    const { url } = await startServer(nothing());
    const api = createClient({ baseUrl: url });
    const result: Result<"deleteUser"> | Result<"getMe"> = await api.deleteUser({
      userId: user.id,
    });
    const data: Schemas["User"] | undefined = unwrap(result);
    expect(data).toBeUndefined();
  });

  it("throws an error that has the status and the problem of a failure, and says both", async () => {
    const { url } = await startServer(problem(409, "email_taken", { detail: "It is taken." }));
    const result = await createClient({ baseUrl: url }).signup(credentials);
    const error = await errorOf(Promise.resolve(result).then((each) => unwrap(each)));
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
    const error = await errorOf(api.getHealth().then((each) => unwrap(each)));
    expect(error).toMatchObject({ status: 0, problem: undefined, result: { failure: "network" } });
    expect((error as CallError).message).toBe("No usable answer: network");
    expect((error as CallError).cause).toBeInstanceOf(TypeError);
  });
});

import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { createClient, memoryTokens, type ResultEvent, type Schemas } from "../src/index.ts";
import { json, problem, routes, startServer, tokenPair, user } from "./loopback-server.ts";

describe("onResult", () => {
  it("is told of each call, before its caller is", async () => {
    const { url } = await startServer(
      routes({ "GET /me": json(200, user), "GET /users": problem(401, "unauthenticated") }),
    );
    const told: string[] = [];
    const onResult = ({ operationId, result }: ResultEvent) =>
      void told.push(`${operationId} ${result.status}`);
    const api = createClient({ baseUrl: url, onResult });
    await api.getMe();
    told.push("answered");
    await api.listUsers();
    expect(told).toEqual(["getMe 200", "answered", "listUsers 401"]);
  });

  it("is told of each page of a list, and of the parts of a sign-in", async () => {
    const pages = [
      { items: [user], nextCursor: "1" },
      { items: [user], nextCursor: null },
    ];
    const { url } = await startServer(
      routes({
        "GET /users": (request, response) => json(200, pages.shift())(request, response),
        "POST /login/mail/complete": json(200, {
          loginToken: "t",
          expiresInSeconds: 300,
          secondFactors: [],
        }),
        "POST /token/login/finish": json(200, tokenPair),
      }),
    );
    const told: string[] = [];
    const api = createClient({
      baseUrl: url,
      tokens: memoryTokens(),
      onResult: ({ operationId }) => void told.push(operationId),
    });
    for await (const _ of api.listUsers.each());
    await api.signInByMail({ challengeToken: "c", code: "1" });
    expect(told).toEqual(["listUsers", "listUsers", "completeMailLogin", "finishTokenLogin"]);
  });

  it("is told what never came, and nothing of a call that was a mistake", async () => {
    const onResult = vi.fn();
    const fetch = () => Promise.reject(new Error("offline"));
    const api = createClient({ baseUrl: "https://auth.example.com", fetch, onResult });
    const result = await api.getMe();
    await expect(api.getUser({ userId: ".." })).rejects.toThrow(TypeError);
    expect(onResult.mock.calls).toEqual([[{ operationId: "getMe", result }]]);
  });

  it("breaks nothing by what it throws, at once or later", async () => {
    const error = vi.spyOn(console, "error").mockReturnValue();
    const { url } = await startServer(routes({ "GET /me": problem(401, "unauthenticated") }));
    const thrown = new Error("listener");
    const throwing = createClient({
      baseUrl: url,
      onResult() {
        throw thrown;
      },
    });
    expect(await throwing.getMe()).toMatchObject({ status: 401 });
    const rejecting = createClient({ baseUrl: url, onResult: () => Promise.reject(thrown) });
    expect(await rejecting.getMe()).toMatchObject({ status: 401 });
    await vi.waitFor(() => expect(error.mock.calls).toEqual([[thrown], [thrown]]));
    error.mockRestore();
  });

  it("has the results of the operation that it names", () => {
    const check = (event: ResultEvent) => {
      if (event.operationId === "getMe" && event.result.ok)
        expectTypeOf(event.result.data).toEqualTypeOf<Schemas["User"]>();
    };
    expect(check).toBeTypeOf("function");
  });
});

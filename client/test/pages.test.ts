import { describe, expect, it } from "vitest";
import { createClient, PageError, type PagedOperationId } from "../src/index.ts";
import { type Answer, json, problem, startServer, user } from "./loopback-server.ts";

const emails = ["a@example.com", "b@example.com", "c@example.com"];
/** One user a page; `cursor` counts. */
const list: Answer = (request, response) => {
  const index = Number(new URL(request.url, "http://x").searchParams.get("cursor") ?? 0);
  const nextCursor = index + 1 < emails.length ? String(index + 1) : null;
  json(200, { items: [{ ...user, email: emails[index] }], nextCursor })(request, response);
};

describe("each", () => {
  it("hands out the items of all pages, with the same filter for each", async () => {
    const { url, seen } = await startServer(list);
    const found: string[] = [];
    for await (const { email } of createClient({ baseUrl: url }).listUsers.each({ role: "user" }))
      found.push(email);
    expect(found).toEqual(emails);
    expect(seen.map((request) => request.url)).toEqual([
      "/users?role=user",
      "/users?cursor=1&role=user",
      "/users?cursor=2&role=user",
    ]);
  });

  it("asks for no page that nobody looks at", async () => {
    const { url, seen } = await startServer(list);
    for await (const { email } of createClient({ baseUrl: url }).listUsers.each())
      if (email === emails[1]) break;
    expect(seen).toHaveLength(2);
  });

  it("throws what came instead of a page, after all that came before, and can go on from there", async () => {
    let isBroken = true;
    const { url } = await startServer((request, response) => {
      const breaks = isBroken && request.url.includes("cursor=2");
      (breaks ? problem(500, "internal_error") : list)(request, response);
    });
    const { listUsers } = createClient({ baseUrl: url });
    const found: string[] = [];
    const read = async (input: { cursor?: string } = {}) => {
      for await (const { email } of listUsers.each(input)) found.push(email);
    };
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    if (!(error instanceof PageError)) throw error;
    expect(error.result).toMatchObject({ status: 500, problem: { code: "internal_error" } });
    expect(found).toEqual(emails.slice(0, 2));
    isBroken = false;
    await read(error.cursor === undefined ? {} : { cursor: error.cursor });
    expect(found).toEqual(emails);
  });

  it("is there for operations with pages, and for no other", () => {
    const api = createClient({ baseUrl: "http://127.0.0.1" });
    const paged = Object.entries(api).filter(([, operation]) => "each" in operation);
    // An operation with pages that is missing here does not compile.
    const expected: Record<PagedOperationId, true> = {
      listMySessions: true,
      listMyEvents: true,
      listUsers: true,
      listUserSessions: true,
      listEvents: true,
    };
    expect(paged.map(([name]) => name)).toEqual(Object.keys(expected));
  });
});

import { describe, expect, it } from "vitest";
import { route } from "../src/index.ts";
import type { RouteDescriptor, RouteFactory } from "../src/index.ts";
import { createRouteTable } from "../src/route-table.ts";

const config = { resolve: () => new Response() };

// Routes as "METHOD /path", so that a test reads as a list of routes and where a request ends up.
function tableOf(...lines: `${keyof RouteFactory} /${string}`[]) {
  const find = createRouteTable(lines.map(parseLine));
  return (method: string, pathname: string) => {
    const match = find(method, pathname);
    return match && `${match.route.method || "ALL"} ${match.route.path}`;
  };
}

function parseLine(line: `${keyof RouteFactory} /${string}`): RouteDescriptor {
  const [name = "", path = ""] = line.split(" ");
  const makers: [string, RouteFactory["get"]][] = Object.entries(route);
  const make = makers.find(([method]) => method === name)?.[1] ?? route.all;
  return make(path, config);
}

function paramsOf(pattern: string, pathname: string) {
  const match = createRouteTable([route.get(pattern, config)])("GET", pathname);
  return match && { ...match.params };
}

describe("a path pattern", () => {
  it("matches itself, and ignores one slash at the end", () => {
    const find = tableOf("get /users");
    expect(find("GET", "/users")).toBe("GET /users");
    expect(find("GET", "/users/")).toBe("GET /users");
    expect(find("GET", "/users//")).toBeUndefined();
    expect(find("GET", "/Users")).toBeUndefined();
  });

  it("captures one segment with :name, and never an empty one", () => {
    expect(paramsOf("/users/:id", "/users/7")).toEqual({ id: "7" });
    expect(paramsOf("/users/:id", "/users/7/posts")).toBeUndefined();
    expect(paramsOf("/users/:id/posts", "/users//posts")).toBeUndefined();
  });

  it("captures the rest of the path with **, and under a name with **:name", () => {
    expect(paramsOf("/files/**", "/files/a/b.txt")).toEqual({ "0": "a/b.txt", _: "a/b.txt" });
    expect(paramsOf("/files/**:path", "/files/a/b.txt")).toEqual({ path: "a/b.txt" });
  });

  it("gives decoded params, with a malformed escape kept as it stands", () => {
    expect(paramsOf("/users/:id", "/users/caf%C3%A9%2Fx")).toEqual({ id: "café/x" });
    expect(paramsOf("/users/:id", "/users/100%")).toEqual({ id: "100%" });
  });

  it("gives params without a prototype, also where there are none", () => {
    const find = createRouteTable([route.get("/a", config), route.get("/b/:id", config)]);
    expect(Object.getPrototypeOf(find("GET", "/a")?.params)).toBeNull();
    expect(Object.getPrototypeOf(find("GET", "/b/1")?.params)).toBeNull();
  });

  it("is compared with the path as it stands: dots and slashes are not resolved", () => {
    const find = tableOf("get /b", "get /");
    expect(find("GET", "/a/../b")).toBeUndefined();
    expect(find("GET", "/./b")).toBeUndefined();
    expect(find("GET", "//b")).toBeUndefined();
    expect(find("GET", "/%62")).toBeUndefined();
  });
});

describe("a method", () => {
  it("that no route has finds nothing", () => {
    const find = tableOf("get /users", "post /users");
    expect(find("DELETE", "/users")).toBeUndefined();
    expect(find("get", "/users")).toBeUndefined();
    expect(find("__proto__", "/users")).toBeUndefined();
  });

  it("wins over an all-route on the same path, whichever comes first", () => {
    for (const find of [
      tableOf("all /users/:id", "get /users/:id"),
      tableOf("get /users/:id", "all /users/:id"),
    ]) {
      expect(find("GET", "/users/7")).toBe("GET /users/:id");
      expect(find("POST", "/users/7")).toBe("ALL /users/:id");
    }
  });

  it("does not win over an all-route on a more specific path", () => {
    expect(tableOf("all /users/me", "get /users/:id")("GET", "/users/me")).toBe("ALL /users/me");
  });

  it("missing on the most specific path falls through to a less specific one that has it", () => {
    const find = tableOf("all /users/:id", "get /users/:id", "get /users/me");
    expect(find("GET", "/users/me")).toBe("GET /users/me");
    expect(find("POST", "/users/me")).toBe("ALL /users/:id");
    expect(tableOf("get /users/me", "post /users/:id")("POST", "/users/me")).toBe(
      "POST /users/:id",
    );
  });
});

describe("HEAD", () => {
  it("finds an explicit HEAD route before GET and all", () => {
    expect(tableOf("all /a", "get /a", "head /a")("HEAD", "/a")).toBe("HEAD /a");
  });

  it("falls back to GET, which an all-route does not shadow", () => {
    expect(tableOf("all /a", "get /a")("HEAD", "/a")).toBe("GET /a");
    expect(tableOf("all /**", "get /users/:id")("HEAD", "/users/7")).toBe("GET /users/:id");
  });

  it("finds the all-route that GET would find", () => {
    expect(tableOf("all /a")("HEAD", "/a")).toBe("ALL /a");
    expect(tableOf("all /users/me", "get /users/:id")("HEAD", "/users/me")).toBe("ALL /users/me");
  });

  it("finds nothing where only other methods answer", () => {
    expect(tableOf("post /a")("HEAD", "/a")).toBeUndefined();
  });
});

describe("two routes of one method and the same paths", () => {
  it("are refused, also where only the param's name differs", () => {
    expect(() => tableOf("get /a", "get /a")).toThrow("GET /a is already answered by GET /a");
    expect(() => tableOf("get /users/:id", "get /users/:name")).toThrow(
      "GET /users/:name is already answered by GET /users/:id",
    );
    expect(() => tableOf("all /a", "all /a/")).toThrow("ALL /a/ is already answered by ALL /a");
  });

  it("are accepted for different methods, and for paths that only overlap", () => {
    expect(() => tableOf("get /a", "post /a", "all /a", "get /:x", "get /**")).not.toThrow();
  });
});

it("refuses a pattern the router cannot read", () => {
  expect(() => tableOf("get /a/:x/:x")).toThrow("duplicate param name");
});

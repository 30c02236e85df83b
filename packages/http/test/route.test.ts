import { describe, expect, it } from "vitest";
import { createRoutes, group, route } from "../src/index.ts";

const config = { resolve: () => new Response() };

describe("route", () => {
  it.each([
    ["get", "GET"],
    ["post", "POST"],
    ["put", "PUT"],
    ["patch", "PATCH"],
    ["delete", "DELETE"],
    ["head", "HEAD"],
    ["options", "OPTIONS"],
    ["all", ""],
  ] as const)("%s makes a plain descriptor with the method %j", (name, method) => {
    expect(route[name]("/users", config)).toEqual({ method, path: "/users", config });
  });

  it("keeps the config object it was given", () => {
    expect(route.get("/users", config).config).toBe(config);
  });

  it("is the same builder as createRoutes makes", () => {
    expect(createRoutes<{ db: string }>().put("/a", config)).toEqual(route.put("/a", config));
  });
});

describe("group", () => {
  it("returns the array it was given", () => {
    const routes = [route.get("/a", config)];
    expect(group(routes)).toBe(routes);
  });
});

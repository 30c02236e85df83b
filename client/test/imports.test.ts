import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

/** All modules an entry point loads, its own files left out. */
function packagesOf(entry: URL, seen = new Set<string>()): string[] {
  if (seen.has(entry.href)) return [];
  seen.add(entry.href);
  const source = readFileSync(entry, "utf8");
  const statements = source.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+"([^"]+)"/gms);
  const bare = source.matchAll(/\bimport\s*\(?\s*"([^"]+)"/g);
  return [...statements, ...bare].flatMap(([, name = ""]) =>
    name.startsWith(".") ? packagesOf(new URL(name, entry), seen) : [name],
  );
}

describe("an entry point", () => {
  it("for everybody needs openapi-fetch and nothing else", () => {
    const entry = new URL("../src/index.ts", import.meta.url);
    expect(new Set(packagesOf(entry))).toEqual(new Set(["openapi-fetch"]));
  });

  it("for Node adds the cookie jar", () => {
    const entry = new URL("../src/node.ts", import.meta.url);
    expect(new Set(packagesOf(entry))).toEqual(new Set(["tough-cookie"]));
  });

  it.each([
    ["events", ["zod/mini"]],
    ["passkeys", []],
    ["providers", []],
    ["react", ["react"]],
    ["server", ["openapi-fetch"]],
    ["session", []],
    ["verify", ["jose"]],
    ["testing", []],
  ])("%s needs %j and nothing else", (name, packages) => {
    const entry = new URL(`../src/${name}/index.ts`, import.meta.url);
    expect(new Set(packagesOf(entry))).toEqual(new Set(packages));
  });
});

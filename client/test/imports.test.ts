import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
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
    ["verify", ["jose"]],
    ["testing", []],
  ])("%s needs %j and nothing else", (name, packages) => {
    const entry = new URL(`../src/${name}/index.ts`, import.meta.url);
    expect(new Set(packagesOf(entry))).toEqual(new Set(packages));
  });

  it("costs a page only what it names: without `unwrap` there is no trace of it", async () => {
    const named = (names: string) => bundle(`export { ${names} } from "client";`);
    expect(await named("createClient, unwrap")).toContain("CallError");
    const alone = await named("createClient");
    expect(alone).toContain("/token/login");
    expect(alone).not.toContain("CallError");
  });
});

/** A module that imports the client, in one piece with all it needs. */
async function bundle(code: string): Promise<string> {
  const built = await rolldown({
    input: "page",
    platform: "browser",
    plugins: [
      {
        name: "page",
        resolveId: (id) =>
          id === "client" ? fileURLToPath(new URL("../src/index.ts", import.meta.url)) : undefined,
        load: (id) => (id === "page" ? code : undefined),
      },
      { name: "entry", resolveId: (id) => (id === "page" ? id : undefined) },
    ],
  });
  const { output } = await built.generate({ format: "esm" });
  await built.close();
  return output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
}

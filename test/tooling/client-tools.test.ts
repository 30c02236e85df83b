/** The client in a developer's tools: an editor, asked as TypeScript's language service is, and a bundler. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import ts from "typescript";
import { expect, it } from "vitest";
import document from "../../openapi/openapi.json" with { type: "json" };

const file = join(import.meta.dirname, "hover-program.ts");
const text = `import { createClient, memoryTokens } from "@portcullis/client";
const browser = createClient({ baseUrl: "" });
const program = createClient({ baseUrl: "", tokens: memoryTokens() });
void browser.login; void browser.signOut; void browser.listUsers.each;
void program.tokenLogin; void program.signOut;
`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  allowImportingTsExtensions: true,
  customConditions: ["source"],
  noEmit: true,
  types: [],
};
const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const content = name === file ? text : ts.sys.fileExists(name) && readFileSync(name, "utf8");
    return typeof content === "string" ? ts.ScriptSnapshot.fromString(content) : undefined;
  },
  getCurrentDirectory: () => import.meta.dirname,
  getDefaultLibFileName: (each) => ts.getDefaultLibFilePath(each),
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: (name) => ts.sys.readFile(name),
});

/** The comment that is shown when the pointer is on the last name of the expression. */
function hover(expression: string): string {
  const at = text.indexOf(expression) + expression.length - 1;
  return ts.displayPartsToString(service.getQuickInfoAtPosition(file, at)?.documentation);
}

it.each([
  ["browser.login", document.paths["/login"].post],
  ["program.tokenLogin", document.paths["/token/login"].post],
  ["browser.listUsers", document.paths["/users"].get],
])(
  "hovering %s shows the summary and the description of its operation",
  (expression, operation) => {
    const shown = hover(expression);
    expect(shown.startsWith(`${operation.summary}\n`)).toBe(true);
    const [firstParagraph = ""] = operation.description.split("\n\n");
    expect(shown).toContain(firstParagraph);
  },
);

it.each(["browser.signOut", "program.signOut"])("hovering %s says what it does", (expression) => {
  expect(hover(expression)).toMatch(/^Signs out/);
});

it("the client costs a page only what it names: without `unwrap` there is no trace of it", async () => {
  const named = (names: string) => bundle(`export { ${names} } from "client";`);
  expect(await named("createClient, unwrap")).toContain("CallError");
  const alone = await named("createClient");
  expect(alone).toContain("/token/login");
  expect(alone).not.toContain("CallError");
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
          id === "client"
            ? fileURLToPath(new URL("../../client/src/index.ts", import.meta.url))
            : undefined,
        load: (id) => (id === "page" ? code : undefined),
      },
      { name: "entry", resolveId: (id) => (id === "page" ? id : undefined) },
    ],
  });
  const { output } = await built.generate({ format: "esm" });
  await built.close();
  return output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
}

/** The comment an editor shows for a function of a client. TypeScript's own language service is asked, as an editor asks it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import document from "../../openapi/openapi.json" with { type: "json" };

const file = join(import.meta.dirname, "hover-program.ts");
const text = `import { createClient, memoryTokens } from "../src/index.ts";
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

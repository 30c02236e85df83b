import { join } from "node:path";
import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";
import { config } from "../../lint/config.ts";
import { faultsOf, root } from "../support/lint-text.ts";

describe("the style rules", () => {
  it.each([
    ["a default export", "src/domain/a.ts", `export default 1;`, "no default exports"],
    [
      "a renamed default export",
      "client/src/a.ts",
      `const a = 1; export { a as default };`,
      "no default exports",
    ],
    [
      "a docstring without a subject",
      "src/domain/a.ts",
      `/** What a token says. */ export const a = 1;`,
      "Start with the subject or the verb",
    ],
    [
      "a docstring that leans on another one",
      "src/domain/a.ts",
      `/** The same bytes in another spelling. */ export const a = 1;`,
      "Start with the subject or the verb",
    ],
    ["an enum", "src/domain/a.ts", `export enum Role { User }`, "use a union of literals"],
    ["a decorator", "src/domain/a.ts", `@sealed class A {}`, "make the call"],
    ["a barrel in src", "src/domain/a.ts", `export * from "./users.ts";`, "No barrels in src"],
    [
      "one re-exported name in src",
      "src/routes/a.ts",
      `export type { User } from "../domain/users.ts";`,
      "No barrels in src",
    ],
    ["a file called utils", "src/domain/utils.ts", `export {};`, "named after what it is about"],
    [
      "a folder called common",
      "packages/http/src/common/a.ts",
      `export {};`,
      "named after what it is about",
    ],
    [
      "a test called helpers",
      "test/domain/helpers.ts",
      `export {};`,
      "named after what it is about",
    ],
    [
      "process.env outside settings.ts",
      "src/process/server.ts",
      `process.env["PORT"];`,
      "Only src/process/settings.ts reads the environment",
    ],
    [
      "env taken out of process",
      "src/platform/a.ts",
      `const { env } = process;`,
      "Only src/process/settings.ts reads the environment",
    ],
    [
      "env imported",
      "src/process/server.ts",
      `import { env } from "node:process";`,
      "the linter sees when its `env` is read",
    ],
    [
      "the clock in the domain",
      "src/domain/a.ts",
      `Date.now();`,
      "The time comes in as an argument",
    ],
    [
      "a new Date in the routes",
      "src/routes/a.ts",
      `new Date();`,
      "The time comes in as an argument",
    ],
    [
      "markup written by a page's script",
      "src/pages/browser/a.ts",
      `document.body.innerHTML = "";`,
      "use textContent",
    ],
    ["predictable randomness", "src/domain/a.ts", `Math.random();`, "use node:crypto"],
    [
      "an unexplained `as`",
      "src/domain/a.ts",
      `const a = b as string;`,
      "say in a comment what proves it",
    ],
    ["an unexplained `!`", "client/src/a.ts", `const a = b!;`, "say in a comment what proves it"],
    [
      "an unexplained exception",
      "src/domain/a.ts",
      `// eslint-disable-next-line eqeqeq\na == b;`,
      "say why it does not hold here",
    ],
    [
      "a needless exception",
      "src/domain/a.ts",
      `// eslint-disable-next-line eqeqeq -- null\na === b;`,
      "Unused eslint-disable directive",
    ],
    ["more than 300 lines in src", "src/domain/a.ts", "a();\n".repeat(301), "too many lines"],
  ])("refuse %s", async (_, file, source, said) => {
    expect(await faultsOf(file, source)).toEqual([expect.stringContaining(said)]);
  });

  it.each([
    ["the environment in settings.ts", "src/process/settings.ts", `process.env["PORT"];`],
    [
      "a default export where a tool asks for it",
      "packages/http/vitest.config.ts",
      `export default {};`,
    ],
    [
      "`as const` and `as unknown`",
      "src/domain/a.ts",
      `const a = b as const; const c = d as unknown;`,
    ],
    ["an explained `as`", "src/domain/a.ts", `const a = b as string; // a row's key`],
    [
      "an `as` explained above its statement",
      "src/domain/a.ts",
      `// A row's key.\nconst a = f(\n  b as string,\n);`,
    ],
    [
      "an explained exception",
      "src/domain/a.ts",
      `// eslint-disable-next-line eqeqeq -- both nulls\na == b;`,
    ],
    ["a file about common passwords", "src/platform/common-passwords.ts", `export {};`],
    ["a given instant", "src/routes/a.ts", `new Date(0);`],
  ])("allow %s", async (_, file, source) => {
    expect(await faultsOf(file, source)).toEqual([]);
  });
});

const ERROR = 2;

describe("the rules that ask the compiler", () => {
  const whole = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: config });

  it.each([
    "no-floating-promises",
    "no-misused-promises",
    "await-thenable",
    "switch-exhaustiveness-check",
    "only-throw-error",
    "no-explicit-any",
    "no-unsafe-argument",
    "no-unsafe-assignment",
    "no-unsafe-call",
    "no-unsafe-member-access",
    "no-unsafe-return",
    "consistent-type-imports",
  ])("include %s", async (rule) => {
    for (const file of [
      "src/process/server.ts",
      "client/src/client.ts",
      "packages/http/src/setup.ts",
    ]) {
      expect(await whole.calculateConfigForFile(join(root, file))).toMatchObject({
        rules: { [`@typescript-eslint/${rule}`]: expect.arrayContaining([ERROR]) },
      });
    }
  });
});

describe("the rules of labs/", () => {
  // As from the command line: each file has the configuration of the nearest eslint.config.js.
  const asRun = new ESLint({ cwd: root });

  it("are not those of the product, whose run leaves labs/ out", async () => {
    const ofProduct = new ESLint({ cwd: root, overrideConfigFile: "eslint.config.js" });
    expect(await ofProduct.isPathIgnored("labs/bench.ts")).toBe(true);
    expect(await asRun.isPathIgnored("labs/bench.ts")).toBe(false);
  });

  it("know promises, imports and the house style, and not the strict rules", async () => {
    const { rules } = (await asRun.calculateConfigForFile("labs/soak-kill.ts")) as {
      rules: Readonly<Record<string, unknown>>;
    };
    for (const rule of [
      "@typescript-eslint/no-floating-promises",
      "portcullis/no-circles",
      "portcullis/room-imports",
      "portcullis/assertion-says-why",
    ])
      expect(rules).toMatchObject({ [rule]: expect.arrayContaining([ERROR]) });
    expect(rules).not.toHaveProperty(["@typescript-eslint/no-unsafe-argument"]);
  });
});

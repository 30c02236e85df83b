/**
 * The linter's rules. The house style is written down for people; here is the part of it a
 * machine can see. Layout is Prettier's alone.
 */
import { fileURLToPath } from "node:url";
import type { ESLint } from "eslint";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { noCircles } from "./no-circles.ts";
import { roomImports } from "./room-imports.ts";
import { assertionSaysWhy, disableSaysWhy, docstringStart } from "./said-why.ts";

const TESTS = ["test/**", "client/test/**", "packages/http/test/**"];
/** Their tools ask them for a default export. */
const CONFIG_FILES = ["eslint.config.js", "**/vitest.config.ts"];
/** Names that promise nothing, where in time everything ends up. */
const NAMELESS = "{util,utils,helper,helpers,common,misc,shared}";

const defaultExport = {
  selector: "ExportDefaultDeclaration, ExportSpecifier[exported.name='default']",
  message: "A named export has one name everywhere: no default exports.",
};
const enumeration = {
  selector: "TSEnumDeclaration",
  message: "An enum is code that cannot be erased with the types: use a union of literals.",
};
const decorator = {
  selector: "Decorator",
  message: "A decorator hides a call: make the call.",
};
const barrel = {
  selector: "ExportAllDeclaration, ExportNamedDeclaration[source]",
  message:
    "No barrels in src: import from the file that defines it, so that a reader finds it and no cycle hides.",
};
const namelessFile = {
  selector: "Program",
  message: "A file is named after what it is about: nothing is called utils, helpers or common.",
};
const ownClock = {
  selector:
    "NewExpression[callee.name='Date'][arguments.length=0], MemberExpression[object.name='Date'][property.name='now']",
  message:
    "The time comes in as an argument, so that a test can choose it and one call has one now.",
};
const htmlFromScript = {
  selector:
    "MemberExpression[property.name=/^(?:innerHTML|outerHTML|insertAdjacentHTML|write|writeln)$/], JSXAttribute[name.name='dangerouslySetInnerHTML']",
  message: "A page's script writes text, and never markup: use textContent.",
};
const weakRandomness = {
  selector: "MemberExpression[object.name='Math'][property.name='random']",
  message: "Math.random can be predicted: use node:crypto.",
};

const ownRules = {
  "no-circles": noCircles,
  "room-imports": roomImports,
  "assertion-says-why": assertionSaysWhy,
  "disable-says-why": disableSaysWhy,
  "docstring-start": docstringStart,
} as unknown as ESLint.Plugin["rules"]; // typescript-eslint promises a rule more than ESLint's types do

const ignored = defineConfig({
  ignores: [
    "**/dist/",
    "client/src/generated/",
    "client/test/client-0.1.0.js",
    "src/pages/built/",
    "coverage/",
    "data/",
    "test-artifacts/",
    // Applications with packages of their own, and the default exports of their frameworks.
    "examples/react-vite/",
    "examples/next-app/",
    // A workspace with a configuration of its own: lint/labs.ts.
    "labs/",
  ],
});

/** Rules that read a file, and the files it imports, without asking the compiler. */
export const fileRules = defineConfig([
  {
    files: ["**/*.ts", "**/*.tsx", "**/*.js"],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: "error", reportUnusedInlineConfigs: "error" },
    plugins: { portcullis: { rules: ownRules } },
    rules: {
      "portcullis/room-imports": "error",
      "portcullis/disable-says-why": "error",
      "portcullis/docstring-start": "error",
      "portcullis/no-circles": "error",
      "no-restricted-syntax": ["error", defaultExport, enumeration, decorator],
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.ts", "**/*.tsx"],
    ignores: TESTS,
    rules: { "portcullis/assertion-says-why": "error" },
  },
  {
    files: CONFIG_FILES,
    rules: { "no-restricted-syntax": "off" },
  },
  {
    files: ["src/**"],
    rules: {
      "no-restricted-syntax": ["error", defaultExport, enumeration, decorator, barrel],
      // Past it, a file splits, or says on its `eslint-disable` why it does not.
      "max-lines": ["error", { max: 300 }],
    },
  },
  {
    files: ["src/contract/**", "src/domain/**", "src/routes/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        defaultExport,
        enumeration,
        decorator,
        barrel,
        weakRandomness,
        ownClock,
      ],
    },
  },
  {
    files: ["src/pages/browser/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        defaultExport,
        enumeration,
        decorator,
        barrel,
        htmlFromScript,
      ],
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/process/settings.ts", "src/start.js"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message:
            "Only src/process/settings.ts reads the environment, so that one file lists every setting and a bad one stops the start.",
        },
      ],
      "no-restricted-imports": [
        "error",
        {
          name: "node:process",
          message: "Use the global `process`: the linter sees when its `env` is read.",
        },
      ],
    },
  },
  {
    files: [`**/${NAMELESS}.*`, `**/${NAMELESS}.test.*`, `**/${NAMELESS}/**`],
    rules: { "no-restricted-syntax": ["error", namelessFile] },
  },
]);

/** Rules that ask the compiler what a value is. */
const typedRules = defineConfig([
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: fileURLToPath(new URL("..", import.meta.url)),
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-import-type-side-effects": "error",
      // A union's switch names every case, `default` or not: a new case shows where it is missing.
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      "@typescript-eslint/no-misused-spread": [
        "error",
        // A spread string is its code points, which is what lengths are counted in.
        { allow: [{ from: "lib", name: ["string", "Storage"] }] },
      ],
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-expect-error": "allow-with-description", minimumDescriptionLength: 3 },
      ],
      // `async` without `await` turns a throw into the rejection the interface promises.
      "@typescript-eslint/require-await": "off",
      // portcullis/assertion-says-why judges it.
      "@typescript-eslint/no-non-null-assertion": "off",
      // The compiler's noUnusedLocals and noUnusedParameters.
      "@typescript-eslint/no-unused-vars": "off",
      // Our objects are plain data and functions, which never look at `this`.
      "@typescript-eslint/unbound-method": "off",
      // There are no enums here, and those of libraries are compared by value.
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      // `Record<never, never>` is no slip, and `void` tells a hook that answers nothing.
      "@typescript-eslint/no-generated-empty-object-type": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      // Said is clearer than left out.
      "@typescript-eslint/no-unnecessary-type-arguments": "off",
      // `void x.y` marks an expression that is there for its type.
      "@typescript-eslint/no-meaningless-void-operator": "off",
    },
  },
  {
    files: TESTS.map((folder) => `${folder}/*.ts`),
    rules: {
      // A value that a test reads off the wire, or that stands for one (`expect.any`), is judged by the test's
      // assertions; what it throws or answers wrongly, it means to.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-base-to-string": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "@typescript-eslint/restrict-template-expressions": "off",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
    },
  },
  {
    files: ["**/types.test.ts", "**/*.types.test.ts"],
    rules: {
      // Wrong on purpose, under `@ts-expect-error`.
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "off",
    },
  },
]);

export const config = defineConfig([ignored, fileRules, typedRules]);

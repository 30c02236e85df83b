/**
 * The linter's configuration of labs/, a workspace of its own. A laboratory has the rules that need no
 * compiler, and of those that do only the ones about promises: a check that nobody awaits proves nothing.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";
import { fileRules } from "./config.ts";

/** Only `npm run bench` installs their packages, so the compiler does not know their types. */
const BENCH_PEERS = ["bench/peers/**"];

const promiseRules = defineConfig([
  {
    files: ["**/*.ts"],
    ignores: BENCH_PEERS,
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: fileURLToPath(new URL("../labs", import.meta.url)),
      },
    },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
    },
  },
]);

/** Its patterns are relative to labs/, where eslint.config.js exports it. */
export const labsConfig = defineConfig([fileRules, promiseRules]);

/**
 * Configures the linter for labs/, a workspace of its own: all rules that need no compiler, and of the others
 * only those about promises, because a check that is not awaited proves nothing.
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

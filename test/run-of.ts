/** Makes the runs of their own that differ from `npm test` by nothing but the folder. */
import { defineConfig, type ViteUserConfig } from "vitest/config";
import type { OwnRun } from "./own-runs.ts";
import usual from "../vitest.config.ts";

export function runOf(folder: OwnRun): ViteUserConfig {
  return defineConfig({
    ...usual,
    test: {
      ...usual.test,
      include: [`test/${folder}/**/*.test.ts`],
      exclude: ["**/node_modules/**"],
      // A test here may start several servers, one after the other.
      testTimeout: 60_000,
    },
  });
}

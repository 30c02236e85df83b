/** `npm run test:package`: the server as its users get it. It builds and packs, and installs from the registry. */
import { defineConfig } from "vitest/config";
import usual from "../../vitest.config.ts";

export default defineConfig({
  ...usual,
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // They share one installation.
    fileParallelism: false,
  },
});

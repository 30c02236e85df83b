import { defineConfig } from "vitest/config";
import { clientSources } from "../client-sources.ts";

export default defineConfig({
  ...clientSources,
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["../support/find-chromium.ts"],
    // One browser at a time: two on a small machine are slower than one after the other.
    fileParallelism: false,
    // In CI the packages are built beside: what was too slow once is tried again. By hand it is seen at once.
    retry: process.env["CI"] === undefined ? 0 : 1,
    testTimeout: 180_000,
    hookTimeout: 30_000,
  },
});

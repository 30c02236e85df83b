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
    testTimeout: 180_000,
    hookTimeout: 30_000,
  },
});

import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** The client's sources instead of its build, as in the main configuration. */
const conditions = ["source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
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

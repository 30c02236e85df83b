/** `npm run test:examples`: the applications of examples/ that have packages of their own, installed, built and used. */
import { defineConfig } from "vitest/config";
import { clientSources } from "../client-sources.ts";

export default defineConfig({
  ...clientSources,
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: ["../support/find-chromium.ts"],
    // Each builds with all that the machine has.
    fileParallelism: false,
    testTimeout: 60_000,
    // Packing, installing from the registry, and building.
    hookTimeout: 300_000,
  },
});

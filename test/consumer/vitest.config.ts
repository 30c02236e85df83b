import { defineConfig } from "vitest/config";
import { clientSources } from "../client-sources.ts";

export default defineConfig({
  ...clientSources,
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 120_000,
    // Building, packing and installing from the registry.
    hookTimeout: 300_000,
  },
});

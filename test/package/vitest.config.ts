/** `npm run test:package`: the server as its users get it: built, packed, and installed from the registry. */
import { defineConfig } from "vitest/config";
import { clientSources } from "../client-sources.ts";

export default defineConfig({
  ...clientSources,
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 240_000,
    // Building, packing and installing from the registry.
    hookTimeout: 300_000,
  },
});

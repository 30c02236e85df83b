import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** The server's own tests' processes use the client's sources; the consumer uses what was packed. */
const conditions = ["source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 120_000,
    // Building, packing and installing from the registry.
    hookTimeout: 300_000,
  },
});

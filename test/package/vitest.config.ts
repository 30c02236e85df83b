/** `npm run test:package`: the server as its users get it: built, packed, and installed from the registry. */
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    testTimeout: 240_000,
    // Building, packing and installing from the registry.
    hookTimeout: 300_000,
  },
});

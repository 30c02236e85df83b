import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** The client's sources instead of its build; `tsconfig.json` and the scripts say the same. */
const conditions = ["source", ...defaultServerConditions];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "test/**/*.test.ts",
      "client/test/**/*.test.ts",
      "packages/http/test/**/*.test.ts",
      "labs/test/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "test/browser/**", "test/consumer/**", "test/oldest/**"],
    globalSetup: "test/support/postgres-server.ts",
    // Half of the time is waiting for processes and clocks: two files at once, also on two cores.
    maxWorkers: 2,
    // Real servers and real bcrypt on two cores: slow is not the same as stuck.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});

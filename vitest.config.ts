import { defineConfig } from "vitest/config";
import { clientSources } from "./test/client-sources.ts";
import { ownRuns } from "./test/own-runs.ts";

export default defineConfig({
  ...clientSources,
  test: {
    include: [
      "test/**/*.test.ts",
      "client/test/**/*.test.ts",
      "packages/http/test/**/*.test.ts",
      "labs/test/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", ...ownRuns.map((folder) => `test/${folder}/**`)],
    globalSetup: "test/support/postgres-server.ts",
    // A part of the time is waiting for processes, clocks and mails: three files at once, also on two cores.
    maxWorkers: 3,
    // Of the tests in a file that wait beside each other: more servers at once are slower than their deadlines.
    maxConcurrency: 3,
    // One process for many files: the app is imported twice in a run, not once for each file. A third of the time.
    // So a test leaves its process as it was; what Vitest replaced for it, Vitest puts back.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
    // Real servers and real bcrypt on two cores: slow is not the same as stuck.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});

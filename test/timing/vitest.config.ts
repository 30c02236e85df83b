/**
 * `npm run test:timing`: how much longer one answer takes than another, told by ranks of many. One file at a time, with
 * nothing beside it: beside other tests these are slow, and wrong on a busy machine.
 */
import { defineConfig } from "vitest/config";
import usual from "../../vitest.config.ts";

export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    include: ["test/timing/*.test.ts"],
    exclude: ["**/node_modules/**"],
    globalSetup: [], // no PostgreSQL: none of them asks for it
    maxWorkers: 1,
  },
});

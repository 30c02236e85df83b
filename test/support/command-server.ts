/** One server per file, and commands that run beside it on its database. */
import { afterAll, beforeAll } from "vitest";
import { runScript, type ScriptName } from "./commands.ts";
import type { Ended } from "./ended.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

interface Given {
  /** Piped to the command. */
  readonly input?: string | Buffer | undefined;
  /** Settings that take the place of those of the server. */
  readonly environment?: Readonly<Record<string, string>>;
}

export function useCommands() {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess();
  });
  afterAll(() => server.dispose());
  return {
    server: () => server,
    run(
      name: ScriptName,
      args: readonly string[],
      { input, environment }: Given = {},
    ): Promise<Ended> {
      const beside = { DATABASE_URL: `sqlite:${server.databaseFile}`, ...environment };
      return runScript(name, args, beside, input);
    },
  };
}

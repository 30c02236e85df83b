/** One server per file, and the commands beside it, on its database. */
import { afterAll, beforeAll } from "vitest";
import { type Ended, runScript, type ScriptName } from "./commands.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

interface Given {
  /** What is piped to it. */
  readonly input?: string | Buffer | undefined;
  /** Over that of the server. */
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

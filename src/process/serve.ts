/** From settings that are right to a server, and from a signal to its end. */
import type { Settings } from "./settings.ts";
import { greetingOf } from "./greeting.ts";
import { type RunningServer, startServer } from "./server.ts";
import { refusalOf } from "./start-refused.ts";

/** Starts, says where to look, and ends on a signal. Where it cannot start it says why, and the process ends. */
export async function serveUntilSignal(settings: Settings): Promise<void> {
  const starting = startServer(settings);
  endOnSignal(starting);
  const server = await starting.catch((error: unknown) => {
    console.error(refusalOf(error) ?? error);
    process.exit(1);
  });
  console.error(greetingOf(server, settings));
}

/** As long as an orderly end may take: whoever sent the signal sends another kind after ten seconds (ST-13). Milliseconds. */
const STOP_TIMEOUT_MS = 9_500;

/**
 * From the first moment: a process that is number 1 of a container ignores a signal nobody listens to.
 * Before it listens nothing was acknowledged, and a migration is undone by whoever opens the database next.
 */
function endOnSignal(starting: Promise<RunningServer>): void {
  let server: RunningServer | undefined;
  void starting.then(
    (started) => (server = started),
    () => undefined, // `serveUntilSignal` says why
  );
  // A second signal finds the stop under way and changes nothing.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (server === undefined) process.exit(0);
      const overdue = () => {
        console.error("Something did not end in time: the process ends without it");
        process.exit(1);
      };
      setTimeout(overdue, STOP_TIMEOUT_MS).unref();
      server.stop(signal).then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
}

/** Lines on stdout: one JSON object each, and nothing else. */
import { destination, pino } from "pino";
import type { LogEvent } from "../contract/events.ts";

/** What waits to be written, at most. Bytes. */
const BUFFER_BYTES = 4096;
/** How long a line may wait. Milliseconds. */
const FLUSH_INTERVAL_MS = 100;
const REDACTED = "[redacted]";

export interface LogWriter {
  print(event: LogEvent): void;
  /** Answers once all that was printed is written: whoever prints without end waits for it, or the lines fill the memory. */
  written(): Promise<void>;
  /** Writes all that waits, and answers once it is written. At an exit before that, pino still writes what waits. */
  close(): Promise<void>;
}

/**
 * Writes events of `level` and above to stdout. `secretFields` are the names the contract marks as
 * secret: no event has such a field, and if one ever had, its value would not be printed (LA-03).
 */
export function createLogWriter(
  level: "info" | "warn" | "error" | "silent",
  secretFields: readonly string[],
): LogWriter {
  const stdout = destination({
    fd: 1,
    sync: false,
    minLength: BUFFER_BYTES,
    periodicFlush: FLUSH_INTERVAL_MS,
  });
  // Whoever read the log is gone, or its disk is full: no reason to refuse logins, or never to end.
  let isBroken = false;
  stdout.on("error", () => {
    isBroken = true;
  });
  const logger = pino(
    {
      level,
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`]), censor: REDACTED },
    },
    stdout,
  );
  return {
    print: ({ level: eventLevel, ...event }) => logger[eventLevel](event),
    written() {
      if (isBroken) return Promise.resolve();
      return new Promise((resolve) => stdout.flush(() => resolve()));
    },
    close() {
      if (isBroken) return Promise.resolve();
      return new Promise((resolve) => {
        stdout.once("close", resolve).once("error", () => resolve());
        // Not `flushSync`: it would overtake a write that is under way, which the exit then cuts off.
        stdout.end();
      });
    },
  };
}

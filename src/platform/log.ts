/** Lines on stdout: one JSON object each, and nothing else. */
import { destination } from "pino";
import type { LogEvent } from "../contract/events.ts";

/** What waits to be written, at most. Characters, nearly all of them one byte. */
const BUFFER_LENGTH = 16_384;
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

/** Of a level and of a line, which is printed where its number is not below the level's. */
const severity = { info: 0, warn: 1, error: 2, silent: 3 } as const;

/**
 * Writes events of `level` and above to stdout. `secretFields` are the names the contract marks as
 * secret: no event has such a field, and if one ever had, its value would not be printed (LA-03).
 */
export function createLogWriter(
  level: keyof typeof severity,
  secretFields: readonly string[],
): LogWriter {
  const lowest = severity[level];
  const secretNames: ReadonlySet<string> = new Set(secretFields);
  const stdout = destination({ fd: 1, sync: false });
  // Whoever read the log is gone, or its disk is full: no reason to refuse logins, or never to end.
  let isBroken = false;
  stdout.on("error", () => {
    isBroken = true;
  });

  let waiting = "";
  function handOver(): void {
    if (waiting === "") return;
    const lines = waiting;
    waiting = "";
    if (!isBroken) stdout.write(lines);
  }
  const flushing = setInterval(handOver, FLUSH_INTERVAL_MS).unref();
  // Before the library's own listener, which writes what it was handed when the process exits.
  process.prependListener("exit", handOver);

  return {
    print(event) {
      if (severity[event.level] < lowest) return;
      waiting += `${toLine(event, secretNames)}\n`;
      if (waiting.length >= BUFFER_LENGTH) handOver();
    },
    written() {
      handOver();
      if (isBroken) return Promise.resolve();
      return new Promise((resolve) => stdout.flush(() => resolve()));
    },
    close() {
      clearInterval(flushing);
      process.off("exit", handOver);
      handOver();
      if (isBroken) return Promise.resolve();
      return new Promise((resolve) => {
        stdout.once("close", resolve).once("error", () => resolve());
        // Not `flushSync`: it would overtake a write that is under way, which the exit then cuts off.
        stdout.end();
      });
    },
  };
}

/** The event as JSON, with nothing to read in the secret fields. */
function toLine(event: LogEvent, secretNames: ReadonlySet<string>): string {
  // Called for every member, a replacer doubles the price of a line: only one that needs it pays.
  if (!holdsSecret(event, secretNames)) return JSON.stringify(event);
  return JSON.stringify(event, (name, member: unknown) =>
    secretNames.has(name) ? REDACTED : member,
  );
}

/** At any depth. */
function holdsSecret(value: object, secretNames: ReadonlySet<string>): boolean {
  // `in` looks at what objects inherit as well, which is nothing here, and is five times as fast as `Object.entries`.
  for (const name in value) {
    if (secretNames.has(name)) return true;
    const member = (value as Readonly<Record<string, unknown>>)[name]; // `name` is one of its own
    if (typeof member === "object" && member !== null && holdsSecret(member, secretNames))
      return true;
  }
  return false;
}

/**
 * Writes events to stdout, a line of JSON each, and nothing else. A replacer that hides secret fields is the
 * simple way, and doubles the price of a line (0.8 to 1.8 µs); a search for their names costs 0.15 µs. So
 * only an event that has such a field meets the replacer. To write and flush each line at once would cost
 * more than the request it tells of, so lines wait for each other (docs/decisions/0007-events.md).
 */
import { destination } from "pino";
import type { LogEvent } from "../contract/events.ts";

/** Lines are written once so much of them waits. Characters, nearly all of them one byte. */
const BUFFER_LENGTH = 16_384;
/** How long a line may wait. Milliseconds. */
const FLUSH_INTERVAL_MS = 100;
const REDACTED = "[redacted]";

export interface LogWriter {
  print(event: LogEvent): void;
  /** Resolves once every printed line is written. A caller that prints without end awaits it, or the lines fill the memory. */
  written(): Promise<void>;
  /** Writes the waiting lines, and resolves once they are written. At an exit before that, pino still writes them. */
  close(): Promise<void>;
}

/** Ranks of levels. An event is printed where its rank is not below that of LOG_LEVEL. */
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
  // The reader of the log is gone, or its disk is full: no reason to refuse logins, or never to end.
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

/** Hands each line to `print`, without its line break, in place of stdout. */
export function createLineWriter(
  level: keyof typeof severity,
  secretFields: readonly string[],
  print: (line: string) => void,
): LogWriter {
  const lowest = severity[level];
  const secretNames: ReadonlySet<string> = new Set(secretFields);
  return {
    print(event) {
      if (severity[event.level] >= lowest) print(toLine(event, secretNames));
    },
    written: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Writes the event as JSON, with its secret fields made unreadable. */
function toLine(event: LogEvent, secretNames: ReadonlySet<string>): string {
  if (!hasSecret(event, secretNames)) return JSON.stringify(event);
  return JSON.stringify(event, (name, member: unknown) =>
    secretNames.has(name) ? REDACTED : member,
  );
}

/** Looks for the names at any depth. */
function hasSecret(value: object, secretNames: ReadonlySet<string>): boolean {
  // `for in` visits inherited members too, of which there are none here, and is five times as fast as `Object.entries`.
  for (const name in value) {
    if (secretNames.has(name)) return true;
    const member = (value as Readonly<Record<string, unknown>>)[name]; // `name` is one of its own
    if (typeof member === "object" && member !== null && hasSecret(member, secretNames))
      return true;
  }
  return false;
}

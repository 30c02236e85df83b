import type { EventFields } from "../contract/events.ts";

type ErrorField = EventFields<"unhandled_error">["error"];

/** The bounds of the contract's `unhandled_error`. */
const MAX_CLASS = 128;
const MAX_MESSAGE = 1024;
const MAX_STACK = 16_384;

/** An unexpected error, as the log may hold it: clipped, and with its stack only below production. */
export function describeError(thrown: unknown, withStack: boolean): ErrorField {
  const error =
    thrown instanceof Error ? thrown : new Error("Something other than an error was thrown");
  return {
    class: error.name.slice(0, MAX_CLASS),
    message: error.message.slice(0, MAX_MESSAGE),
    ...(withStack && error.stack !== undefined && { stack: error.stack.slice(0, MAX_STACK) }),
  };
}

import { eventDefinition } from "../contract/events.ts";
import type { EventLog } from "../domain/ports/events.ts";
import { inspectorFor } from "./inspector.ts";
import { RequestState } from "./request-state.ts";

/** Composes events with the level and the base fields that the contract gives them, and prints them with `print`. */
export function createEventLog(print: EventLog["print"], production: boolean): EventLog {
  const inspector = inspectorFor(production);
  // Under load many events share a millisecond, and to spell it costs 0.3 µs.
  let spelled = { now: Number.NaN, timestamp: "" };
  function timestampOf(now: number): string {
    if (now !== spelled.now) spelled = { now, timestamp: new Date(now).toISOString() };
    return spelled.timestamp;
  }
  return {
    compose(occasion, event, fields) {
      const composed = {
        timestamp: timestampOf(occasion.now),
        event,
        level: eventDefinition(event).level,
        requestId: occasion.requestId,
        ip: occasion.ip,
        ...fields,
      };
      // The union's member for `event`: base fields and own fields together, which is what it is made of.
      const logEvent = composed as unknown as ReturnType<typeof this.compose<typeof event>>;
      inspector.checkEvent(logEvent, occasion instanceof RequestState ? occasion.operation : null);
      return logEvent;
    },
    print,
  };
}

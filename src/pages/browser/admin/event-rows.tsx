/** Events as rows: a sentence, when and from where; all that is known of it one press away. */
import { useId, useState } from "preact/hooks";
import { dateTimeOf, dayOf, timeOf } from "../kit/dates.ts";
import type { StoredEvent } from "./event-kinds.ts";
import { sentenceOf } from "./event-sentences.ts";
import type { EventFilters } from "./filters.ts";
import { Ip, Who } from "./mention.tsx";
import { say } from "./words.ts";

export function EventRows({
  events,
  fresh,
  within,
}: {
  readonly events: readonly StoredEvent[];
  readonly fresh?: ReadonlySet<string>;
  /** Filters to which a press adds. */
  readonly within?: EventFilters;
}) {
  return (
    <ul>
      {events.map((event) => (
        <EventRow key={event.id} event={event} within={within} isFresh={fresh?.has(event.id) ?? false} />
      ))}
    </ul>
  );
}

function EventRow({
  event,
  within,
  isFresh,
}: {
  readonly event: StoredEvent;
  readonly within: EventFilters | undefined;
  readonly isFresh: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <li class={isFresh ? "row fresh" : "row"}>
      <time dateTime={event.timestamp} title={dateTimeOf(event.timestamp)}>
        {isToday(event.timestamp) ? timeOf(event.timestamp, "medium") : dateTimeOf(event.timestamp)}
      </time>
      <p>
        <Level level={event.level} />
        {sentenceOf(event).map((piece, at) =>
          typeof piece === "object" ? <Who key={at} mention={piece} within={within} /> : piece,
        )}
      </p>
      <p class="about">{event.ip !== null && <Ip ip={event.ip} {...(within && { within })} />}</p>
      <button
        type="button"
        class="json-button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        JSON
        <span class="visually-hidden"> {say("ofEvent", { time: dayOf(event.timestamp) })}</span>
      </button>
      <div id={id} class="json" hidden={!isOpen}>
        {isOpen && (
          <pre tabIndex={0} aria-label={say("allFields")}>
            {JSON.stringify(event, null, 2)}
          </pre>
        )}
      </div>
    </li>
  );
}

/** Told by a sign and by words, not by colour alone. */
function Level({ level }: { readonly level: StoredEvent["level"] }) {
  if (level === "info") return null;
  return (
    <span class={level === "error" ? "level bad" : "level"}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 1.6 15 14.2H1Z" />
        <path class="mark-in" d="M8 6v4M8 12v.2" />
      </svg>
      <span class="visually-hidden">{say(level === "error" ? "levelError" : "levelWarn")}: </span>
    </span>
  );
}

function isToday(instant: string): boolean {
  return new Date(instant).toDateString() === new Date().toDateString();
}

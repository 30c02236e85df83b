/** Attempts to get in, and which of them did, in sentences: the answer that the list below proves. */
import type { ComponentChildren } from "preact";
import { dateTimeOf } from "../kit/dates.ts";
import { Badge } from "../kit/lists.tsx";
import { type Attempts, attemptsByAccount, attemptsByAddress } from "./attempts.ts";
import type { StoredEvent } from "./event-kinds.ts";
import type { EventFilters } from "./filters.ts";
import { Ip, Who } from "./mention.tsx";
import { say } from "./words.ts";

const MOST = 5;

/** `by`: the rows are about these; the events are filtered by the other. */
export function AttemptsCard({
  events,
  by,
  within,
  hasMore,
  children,
}: {
  readonly events: readonly StoredEvent[];
  readonly by: "address" | "account";
  readonly within?: EventFilters;
  readonly hasMore: boolean;
  /** Acts that help against it. */
  readonly children?: ComponentChildren;
}) {
  const isByAddress = by === "address";
  const all = isByAddress ? attemptsByAddress(events) : attemptsByAccount(events);
  if (all.length === 0) return null;
  const gotIn = all.filter(({ gotInAt }) => gotInAt !== null).length;
  const cameNew = all.filter(({ gotInAt, newAt }) => gotInAt === null && newAt !== null).length;
  // Those that got in are always among them.
  const shown = Math.max(MOST, gotIn + cameNew);
  return (
    <section class="card attempts" aria-labelledby="attempts">
      <header>
        <h2 id="attempts">{say(isByAddress ? "attemptsByAddress" : "attemptsByAccount")}</h2>
        <p>
          {gotIn + cameNew === 0 && say("nobodyGotIn")}
          {gotIn > 0 &&
            say(isByAddress ? "addressesGotIn" : "accountsGotIn", { count: gotIn })}{" "}
          {cameNew > 0 && say(isByAddress ? "addressesNew" : "accountsNew", { count: cameNew })}
        </p>
      </header>
      <ul>
        {all.slice(0, shown).map((each) => (
          <li key={each.userId ?? each.by} class="attempt">
            <p class="name">
              {isByAddress ? (
                <Ip ip={each.by} {...(within && { within })} />
              ) : (
                <Who
                  mention={each.userId === undefined ? { email: each.by } : mentionOf(each)}
                  within={within}
                />
              )}
              <Verdict of={each} />
            </p>
            {each.refused > 0 && <p class="quiet small">{whenOf(each)}</p>}
          </li>
        ))}
      </ul>
      {all.length > shown && (
        <p class="small quiet">{say("attemptsMore", { count: all.length - shown })}</p>
      )}
      <p class="small quiet">
        {say(hasMore ? "attemptsOfShown" : "attemptsOfAll", { count: events.length })}
      </p>
      {events.some(({ event }) => event === "rate_limited") && (
        <p class="small quiet">{say("attemptsLimited")}</p>
      )}
      {children}
    </section>
  );
}

function Verdict({ of: { gotInAt, newAt, signedIn } }: { readonly of: Attempts }) {
  if (gotInAt !== null)
    return <Badge tone="bad">{say("gotIn", { at: dateTimeOf(gotInAt) })}</Badge>;
  if (newAt !== null)
    return <Badge tone="warn">{say("gotInNew", { at: dateTimeOf(newAt) })}</Badge>;
  if (signedIn > 0) return <Badge tone="warn">{say("wasIn")}</Badge>;
  return <Badge tone="good">{say("keptOut")}</Badge>;
}

function whenOf({ refused: count, firstAt, lastAt }: Attempts): string {
  const [first, last] = [dateTimeOf(firstAt), dateTimeOf(lastAt)];
  return first === last
    ? say("refusedAt", { count, at: first })
    : say("refusedBetween", { count, first, last });
}

function mentionOf({ userId = "", by }: Attempts) {
  return by === userId ? { id: userId } : { id: userId, email: by };
}

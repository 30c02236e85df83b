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

/** `by`: what the rows are about, where the other is what the events are filtered by. */
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
  const all = by === "address" ? attemptsByAddress(events) : attemptsByAccount(events);
  const refused = all.filter((each) => each.refused > 0);
  if (refused.length === 0) return null;
  const gotIn = refused.filter(({ gotInAt }) => gotInAt !== null);
  return (
    <section class="card attempts" aria-labelledby="attempts">
      <header>
        <h2 id="attempts">{say(by === "address" ? "attemptsByAddress" : "attemptsByAccount")}</h2>
        <p>
          {gotIn.length === 0
            ? say("nobodyGotIn")
            : say(by === "address" ? "addressesGotIn" : "accountsGotIn", { count: gotIn.length })}
        </p>
      </header>
      <ul>
        {refused.slice(0, MOST).map((each) => (
          <li key={each.userId ?? each.by} class="attempt">
            <p class="name">
              {by === "address" ? (
                <Ip ip={each.by} {...(within && { within })} />
              ) : (
                <Who
                  mention={each.userId === undefined ? { email: each.by } : mentionOf(each)}
                  within={within}
                />
              )}
              <Verdict of={each} />
            </p>
            <p class="quiet small">{whenOf(each)}</p>
          </li>
        ))}
      </ul>
      {refused.length > MOST && (
        <p class="small quiet">{say("attemptsMore", { count: refused.length - MOST })}</p>
      )}
      <p class="small quiet">
        {say(hasMore ? "attemptsOfShown" : "attemptsOfAll", { count: events.length })}
      </p>
      {children}
    </section>
  );
}

function Verdict({ of: { gotInAt, signedIn } }: { readonly of: Attempts }) {
  if (gotInAt !== null)
    return <Badge tone="bad">{say("gotIn", { at: dateTimeOf(gotInAt) })}</Badge>;
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

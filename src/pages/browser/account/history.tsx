/** Section History: what happened to the account, by days. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button, TextButton } from "../kit/button.tsx";
import { daysBetween, fullDateOf, timeOf } from "../kit/dates.ts";
import { Dialog, DialogActions } from "../kit/dialog.tsx";
import { providerName } from "../kit/given.ts";
import { Badge, EmptyState, Row, Rows, Section } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { Notice, Status } from "../kit/notice.tsx";
import { toast } from "../kit/toast.tsx";
import { hasPassword, type LoadedFactors, useFresh } from "./factors.ts";
import { groupByDay, type Happening, isUnusual, sentenceOf } from "./happenings.ts";
import { RecoveryNoticeOf } from "./notices.tsx";
import { PasswordForm } from "./password.tsx";
import { say } from "./words.ts";

type User = Schemas["User"];

const PAGE_LIMIT = 50;

export function History({
  user,
  factors,
}: {
  readonly user: User;
  readonly factors: LoadedFactors;
}) {
  const first = useFresh(useLoaded(() => api().listMyEvents({ limit: PAGE_LIMIT })));
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <RecoveryNoticeOf factors={factors.data} events={first.data?.items} />
      <Notice>
        <p>{say("notYouAbout")}</p>
        <Button isLow onClick={() => setAsking(true)}>
          {say("notYou")}
        </Button>
      </Notice>
      <Show of={first} rows={4}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState>{say("noHistory")}</EmptyState>
          ) : (
            <Days key={page.items[0]?.timestamp} first={page} onNotYou={() => setAsking(true)} />
          )
        }
      </Show>
      {isAsking && (
        <NotYou
          user={user}
          withPassword={factors.data === undefined || hasPassword(factors.data)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Days({
  first,
  onNotYou,
}: {
  readonly first: Schemas["OwnEventPage"];
  readonly onNotYou: () => void;
}) {
  const [{ items, nextCursor }, setPage] = useState(first);
  const more = useAction({
    send: (cursor: string) => api().listMyEvents({ limit: PAGE_LIMIT, cursor }),
    done: (page) => setPage({ items: [...items, ...page.items], nextCursor: page.nextCursor }),
  });
  return (
    <>
      {groupByDay(items).map(({ at, happenings }) => (
        <Section key={at} title={dayTitle(at)}>
          <Rows>
            {happenings.map((happening) => (
              <OneHappening
                key={happening.latest.timestamp + happening.latest.event}
                happening={happening}
                onNotYou={onNotYou}
              />
            ))}
          </Rows>
        </Section>
      ))}
      {nextCursor !== null && (
        <div class="tight">
          <Status failure={more.failure} />
          <p>
            <Button isBusy={more.isBusy} onClick={() => void more.run(nextCursor)}>
              {say("loadMore")}
            </Button>
          </p>
        </div>
      )}
    </>
  );
}

function OneHappening({
  happening: { latest, count },
  onNotYou,
}: {
  readonly happening: Happening;
  readonly onNotYou: () => void;
}) {
  const facts = [
    timeOf(latest.timestamp),
    latest.ip === null ? undefined : say("from", { ip: latest.ip }),
  ];
  const strange = isUnusual(latest);
  return (
    <Row
      name={sentenceOf(latest, providerName)}
      badges={
        <>
          {strange && <Badge tone="warn">{say("unusual")}</Badge>}
          {count > 1 && <Badge tone="plain-tag">{say("times", { count })}</Badge>}
        </>
      }
      about={facts.filter((fact) => fact !== undefined).join(" · ")}
      action={strange && <TextButton onClick={onNotYou}>{say("notYouShort")}</TextButton>}
    />
  );
}

/** A new password ends everything else at once; without one, the sessions are ended. */
function NotYou({
  user,
  withPassword,
  onClose,
}: {
  readonly user: User;
  readonly withPassword: boolean;
  readonly onClose: () => void;
}) {
  const end = useAction({
    send: () => api().revokeMyOtherSessions(),
    done() {
      toast(say("othersEnded"));
      onClose();
    },
  });
  const endButton = (
    <Button isBusy={end.isBusy} kind="danger" onClick={() => void end.run()}>
      {say("endOthers")}
    </Button>
  );
  return (
    <Dialog title={say("notYouTitle")} onClose={onClose}>
      <p>{say(withPassword ? "notYouPassword" : "notYouNoPassword")}</p>
      {withPassword ? (
        <>
          <PasswordForm user={user} hasPassword onClose={onClose} />
          <hr />
          <p class="quiet small">{say("notYouOnlyEnd")}</p>
          <p>{endButton}</p>
        </>
      ) : (
        <DialogActions>
          <Button onClick={onClose}>{say("cancel")}</Button>
          {endButton}
        </DialogActions>
      )}
      <Status failure={end.failure} />
    </Dialog>
  );
}

/** Names a day: `Today`, `Yesterday`, and before that the day with its weekday. */
function dayTitle(instant: string): string {
  const day = new Date(instant);
  const daysAgo = daysBetween(day, new Date());
  if (daysAgo === 0) return say("dayToday");
  if (daysAgo === 1) return say("dayYesterday");
  return fullDateOf(day);
}

/** Section Sessions: where somebody is signed in. */
import type { Schemas } from "@portcullis/client";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dayOf } from "../kit/dates.ts";
import { ask } from "../kit/dialog.tsx";
import { Badge, Row, Rows, Section } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { toast } from "../kit/toast.tsx";
import { deviceName } from "./device-name.ts";
import { useFresh } from "./factors.ts";
import { say } from "./words.ts";

type Session = Schemas["SessionInfo"];

/** Pages of sessions that are read. Nobody has more, but for a program that signs in anew each time. */
const PAGES_READ = 5;
const PAGE_LIMIT = 100;

export function Sessions() {
  const sessions = useFresh(useLoaded(readSessions));
  const endOthers = useAction({
    send: () => api().revokeMyOtherSessions(),
    async done() {
      toast(say("othersEnded"));
      await sessions.reload();
    },
  });
  async function askFirst(): Promise<void> {
    const isSure = await ask({
      title: say("endOthersTitle"),
      text: say("endOthersText"),
      confirm: say("endOthers"),
      isDangerous: true,
    });
    if (isSure) await endOthers.run();
  }
  return (
    <Section title={say("signedInNow")}>
      <Show of={sessions} rows={2}>
        {(items) => {
          const others = items.filter(({ current }) => !current);
          return (
            <>
              <Rows
                foot={
                  others.length === 0 ? (
                    <span class="quiet small">{say("noOthers")}</span>
                  ) : (
                    <>
                      <span class="quiet small">
                        {say("othersCount", { count: others.length })}
                      </span>
                      <Button
                        isLow
                        kind="danger"
                        isBusy={endOthers.isBusy}
                        onClick={() => void askFirst()}
                      >
                        {say("endOthers")}
                      </Button>
                    </>
                  )
                }
              >
                {items.map((session) => (
                  <OneSession key={session.id} session={session} reload={sessions.reload} />
                ))}
              </Rows>
              <Status failure={endOthers.failure} />
            </>
          );
        }}
      </Show>
    </Section>
  );
}

function OneSession({
  session,
  reload,
}: {
  readonly session: Session;
  readonly reload: () => Promise<void>;
}) {
  const { id, current, kind, ip, userAgent, createdAt, lastSeenAt } = session;
  const name = deviceName(userAgent);
  const end = useAction({
    send: () => api().revokeMySession({ sessionId: id }),
    async done() {
      toast(say("sessionEnded", { device: name }));
      await reload();
    },
    told({ code }) {
      if (code !== "not_found") return undefined;
      void reload(); // it has ended meanwhile
      return null;
    },
  });
  async function askFirst(): Promise<void> {
    const isSure = await ask({
      title: say("endTitle", { device: name }),
      text: say("endText"),
      confirm: say("end"),
      isDangerous: true,
    });
    if (isSure) await end.run();
  }
  return (
    <Row
      name={name}
      badges={
        <>
          {current && <Badge tone="good">{say("thisDevice")}</Badge>}
          {kind === "token" && <Badge tone="plain-tag">{say("byApp")}</Badge>}
        </>
      }
      about={
        <>
          {[
            say("from", { ip }),
            say("signedInAt", { when: dayOf(createdAt) }),
            ...(current ? [] : [say("seenAt", { when: dayOf(lastSeenAt) })]),
          ].join(" · ")}
          {end.failure && <Status failure={end.failure} />}
        </>
      }
      action={
        !current && (
          <Button
            isLow
            of={say("ofSession", { device: name, when: dayOf(createdAt) })}
            isBusy={end.isBusy}
            onClick={() => void askFirst()}
          >
            {say("end")}
          </Button>
        )
      }
    />
  );
}

/** Reads all of them: this one first, then the one that was seen last. */
async function readSessions() {
  const items: Session[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < PAGES_READ; pages += 1) {
    const read = await api().listMySessions({ limit: PAGE_LIMIT, cursor });
    if (!read.ok) return read;
    items.push(...read.data.items);
    if (read.data.nextCursor === null) break;
    cursor = read.data.nextCursor;
  }
  items.sort(
    (one, other) =>
      Number(other.current) - Number(one.current) || (other.lastSeenAt > one.lastSeenAt ? 1 : -1),
  );
  return { ok: true as const, data: items };
}

/** Where an account is signed in. One session can be ended, or all. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { readDevice } from "../parts/device.ts";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { agoOf, dateTimeOf } from "../kit/dates.ts";
import { ask } from "../kit/dialog.tsx";
import { Badge, EmptyState, Row, Rows, Section } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { session } from "../kit/session.ts";
import { Ip } from "./mention.tsx";
import { say } from "./words.ts";

type UserSession = Schemas["UserSession"];

const MOST = 100;

interface SessionsProps {
  readonly id: string;
  readonly email: string;
  readonly isMe: boolean;
}

export function UserSessions({ id: userId, email, isMe }: SessionsProps) {
  const sessions = useLoaded(() => api().listUserSessions({ userId, limit: MOST }), [userId]);
  const [done, setDone] = useState<string>();
  async function ended(says: string): Promise<void> {
    setDone(says);
    if (isMe) await session().refresh();
    await sessions.reload();
  }
  const end = useAction({
    send: (each: UserSession) => api().revokeUserSession({ userId, sessionId: each.id }),
    done: (_, each) => ended(say("sessionEnded", { device: deviceOf(each) })),
    told: ({ code }) => (code === "not_found" ? say("sessionGone") : undefined),
  });
  const endAll = useAction({
    send: () => api().revokeUserSessions({ userId }),
    done: () => ended(say("sessionsEnded", { email })),
  });
  async function askAndEndAll(): Promise<void> {
    const question = {
      title: say("endAllTitle", { email }),
      text: say(isMe ? "endAllTextMe" : "endAllText"),
      confirm: say("endAll"),
      isDangerous: true,
    };
    if (await ask(question)) {
      setDone(undefined);
      await endAll.run();
    }
  }
  return (
    <Section title={say("sessions")} about={say("sessionsAbout")}>
      <Status failure={end.failure ?? endAll.failure} good={done} takesFocus />
      <Show of={sessions} rows={2}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <EmptyState>{say("sessionsNone")}</EmptyState>
          ) : (
            <Rows
              foot={
                <>
                  <span class="small quiet">
                    {say(nextCursor === null ? "sessionsCount" : "sessionsCountMore", {
                      count: items.length,
                    })}
                  </span>
                  <Button
                    isLow
                    kind="danger"
                    isBusy={endAll.isBusy}
                    isWaiting={end.isBusy}
                    of={email}
                    onClick={() => void askAndEndAll()}
                  >
                    {say("endAll")}
                  </Button>
                </>
              }
            >
              {[...items].reverse().map((each) => (
                <SessionRow
                  key={each.id}
                  of={each}
                  isBusy={end.doing?.[0].id === each.id}
                  isWaiting={end.isBusy || endAll.isBusy}
                  onEnd={() => {
                    setDone(undefined);
                    void end.run(each);
                  }}
                />
              ))}
            </Rows>
          )
        }
      </Show>
    </Section>
  );
}

function SessionRow({
  of,
  isBusy,
  isWaiting,
  onEnd,
}: {
  readonly of: UserSession;
  readonly isBusy: boolean;
  readonly isWaiting: boolean;
  readonly onEnd: () => void;
}) {
  return (
    <Row
      name={deviceOf(of)}
      badges={of.kind === "token" && <Badge tone="plain-tag">{say("tokenSession")}</Badge>}
      about={
        <>
          <Ip ip={of.ip} /> ·{" "}
          {say("sessionTimes", { since: dateTimeOf(of.createdAt), seen: agoOf(of.lastSeenAt) })}
        </>
      }
      action={
        <Button isLow isBusy={isBusy} isWaiting={isWaiting} of={deviceOf(of)} onClick={onEnd}>
          {say("endSession")}
        </Button>
      }
    />
  );
}

function deviceOf({ userAgent }: UserSession): string {
  const { program, system } = readDevice(userAgent);
  if (program !== undefined && system !== undefined) return say("deviceOn", { program, system });
  return program ?? system ?? say("deviceUnknown");
}

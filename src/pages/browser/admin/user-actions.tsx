/** Acts of an administrator on an account. What may not be done to oneself is said before it is tried. */
import { consoleSections } from "../../entries.ts";
import type { Schemas } from "@portcullis/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateTimeOf } from "../kit/dates.ts";
import { ask } from "../kit/dialog.tsx";
import { given } from "../kit/given.ts";
import { Row, Rows, Section } from "../kit/lists.tsx";
import { Notice, Status } from "../kit/notice.tsx";
import { href, navigate } from "../kit/router.tsx";
import { toast } from "../kit/toast.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { forgetName } from "./names.ts";
import { endSearch, isLocked } from "./users.tsx";
import { say } from "./words.ts";

type User = Schemas["UserDetails"];
type Change = Parameters<ReturnType<typeof api>["updateUser"]>[0];

interface ActionsProps {
  readonly user: User;
  readonly isMe: boolean;
  readonly onChange: (user: User) => void;
}

export function UserActions({ user, isMe, onChange }: ActionsProps) {
  const { id: userId, email } = user;
  const [done, setDone] = useState<string>();
  const update = useAction({
    send: (change: Omit<Change, "userId">, _says: string) =>
      withRecent(() => api().updateUser({ userId, ...change })),
    done(now, _change, says) {
      onChange(now);
      setDone(says);
    },
  });
  const unlock = useAction({
    send: () => api().unlockUser({ userId }),
    done() {
      onChange({ ...user, lockedUntil: null });
      setDone(say("unlocked", { email }));
    },
  });
  const remove = useAction({
    send: () => withRecent(() => api().deleteUser({ userId })),
    done() {
      forgetName(userId);
      endSearch();
      navigate(consoleSections.users);
      toast(say("deleted", { email }));
    },
  });
  const failure = update.failure ?? unlock.failure ?? remove.failure;
  const isWaiting = update.isBusy || unlock.isBusy || remove.isBusy;
  const doing = update.doing?.[0];

  async function vouch(): Promise<void> {
    const question = {
      title: say("vouchTitle", { email }),
      text: say("vouchText"),
      confirm: say("vouch"),
    };
    if (await ask(question)) change({ emailVerified: true }, say("vouched", { email }));
  }
  function change(to: Omit<Change, "userId">, says: string): void {
    setDone(undefined);
    void update.run(to, says);
  }
  async function disable(): Promise<void> {
    const question = {
      title: say("disableTitle", { email }),
      text: say("disableText"),
      confirm: say("disable"),
      isDangerous: true,
    };
    if (await ask(question)) change({ disabled: true }, say("disabledNow", { email }));
  }
  async function changeRole(): Promise<void> {
    const role = user.role === "admin" ? "user" : "admin";
    const isUnproved = role === "admin" && !user.emailVerified;
    const isMeant = await ask({
      title: say(`${role}Title`, { email }),
      text: say(isUnproved ? "adminTextUnproved" : `${role}Text`),
      confirm: say(`${role}Confirm`),
      isDangerous: role === "admin",
    });
    if (isMeant)
      change({ role, ...(isUnproved && { emailVerified: true }) }, say(`${role}Now`, { email }));
  }
  async function deleteAccount(): Promise<void> {
    const question = {
      title: say("deleteTitle", { email }),
      text: say("deleteText"),
      confirm: say("deleteConfirm"),
      isDangerous: true,
    };
    if (await ask(question)) void remove.run();
  }

  return (
    <Section title={say("actions")}>
      <Status failure={failure} good={done} takesFocus />
      {isMe && <OneselfNotice />}
      {(!isMe || isLocked(user) || !user.emailVerified) && (
        <Rows>
          {isLocked(user) && (
            <Act
              name={say("unlockName")}
              about={say("unlockAbout", { until: dateTimeOf(user.lockedUntil) })}
            >
              <Button
                isLow
                isBusy={unlock.isBusy}
                isWaiting={isWaiting}
                of={email}
                onClick={() => {
                  setDone(undefined);
                  void unlock.run();
                }}
              >
                {say("unlock")}
              </Button>
            </Act>
          )}
          {!user.emailVerified && (
            <Act name={say("vouchName")} about={say("vouchAbout")}>
              <Button
                isLow
                isBusy={doing?.emailVerified !== undefined && doing.role === undefined}
                isWaiting={isWaiting}
                of={email}
                onClick={() => void vouch()}
              >
                {say("vouch")}
              </Button>
            </Act>
          )}
          {!isMe && (
            <>
              <Act
                name={say(user.disabled ? "enableName" : "disableName")}
                about={say(user.disabled ? "enableAbout" : "disableAbout")}
              >
                <Button
                  isLow
                  kind={user.disabled ? "plain" : "danger"}
                  isBusy={doing?.disabled !== undefined}
                  isWaiting={isWaiting}
                  of={email}
                  onClick={() =>
                    user.disabled
                      ? change({ disabled: false }, say("enabledNow", { email }))
                      : void disable()
                  }
                >
                  {say(user.disabled ? "enable" : "disable")}
                </Button>
              </Act>
              <Act
                name={say(user.role === "admin" ? "userName" : "adminName")}
                about={say(user.role === "admin" ? "userAbout" : "adminAbout")}
              >
                <Button
                  isLow
                  isBusy={doing?.role !== undefined}
                  isWaiting={isWaiting}
                  of={email}
                  onClick={() => void changeRole()}
                >
                  {say(user.role === "admin" ? "userConfirm" : "adminConfirm")}
                </Button>
              </Act>
              <Act name={say("deleteName")} about={say("deleteAbout")}>
                <Button
                  isLow
                  kind="danger"
                  isBusy={remove.isBusy}
                  isWaiting={isWaiting}
                  of={email}
                  onClick={() => void deleteAccount()}
                >
                  {say("delete")}
                </Button>
              </Act>
            </>
          )}
        </Rows>
      )}
    </Section>
  );
}

function Act({
  name,
  about,
  children,
}: {
  readonly name: string;
  readonly about: string;
  readonly children: ComponentChildren;
}) {
  return <Row name={name} about={about} action={children} />;
}

function OneselfNotice() {
  return (
    <Notice>
      <p>
        {say("oneself")}{" "}
        {given().hasPages && <a href={href(pagePaths.account)}>{say("toAccount")}</a>}
      </p>
    </Notice>
  );
}

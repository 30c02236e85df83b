/** The ways in which an account proves who it is: password, second factors, passkeys, providers. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { agoOf, dateOf } from "../kit/dates.ts";
import { ask } from "../kit/dialog.tsx";
import { providerName } from "../kit/given.ts";
import { Badge, EmptyState, Row, Rows, Section } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { say } from "./words.ts";

type Factors = Schemas["Factors"];
type Passkey = Schemas["PasskeyList"]["items"][number];

interface FactorsProps {
  readonly user: Schemas["UserDetails"];
  readonly isMe: boolean;
  /** Told that they have changed, and the sessions of the account with them. They are shown anew by then. */
  readonly onChange: () => void;
}

export function UserFactors({ user: { id: userId, email }, isMe, onChange }: FactorsProps) {
  const factors = useLoaded(() => api().listUserFactors({ userId }), [userId]);
  const passkeys = useLoaded(() => api().listUserPasskeys({ userId }), [userId]);
  const [done, setDone] = useState<string>();
  async function changed(says: string): Promise<void> {
    setDone(says);
    await Promise.all([factors.reload(), passkeys.reload()]);
    onChange();
  }
  const reset = useAction({
    send: () => withRecent(() => api().resetUserFactors({ userId })),
    done: () => changed(say("factorsReset", { email })),
  });
  const remove = useAction({
    send: (passkey: Passkey) =>
      withRecent(() => api().removeUserPasskey({ userId, passkeyId: passkey.id })),
    done: (_, { name }) => changed(say("passkeyRemoved", { name })),
  });
  async function askAndReset(): Promise<void> {
    const question = {
      title: say("resetTitle", { email }),
      text: say("resetText"),
      confirm: say("reset"),
      isDangerous: true,
    };
    if (!(await ask(question))) return;
    setDone(undefined);
    await reset.run();
  }
  async function askAndRemove(passkey: Passkey): Promise<void> {
    const question = {
      title: say("passkeyTitle", { name: passkey.name }),
      text: say("passkeyText", { email }),
      confirm: say("passkeyRemove"),
      isDangerous: true,
    };
    if (!(await ask(question))) return;
    setDone(undefined);
    await remove.run(passkey);
  }
  return (
    <>
      <Section title={say("factors")} about={say(isMe ? "factorsAboutMe" : "factorsAbout")}>
        <Status failure={reset.failure ?? remove.failure} good={done} takesFocus />
        <Show of={factors} rows={3}>
          {(data) => (
            <Rows
              {...(!isMe &&
                hasAny(data) && {
                  foot: (
                    <>
                      <span class="small quiet">{say("resetAbout")}</span>
                      <Button
                        isLow
                        kind="danger"
                        isBusy={reset.isBusy}
                        isWaiting={remove.isBusy}
                        of={email}
                        onClick={() => void askAndReset()}
                      >
                        {say("reset")}
                      </Button>
                    </>
                  ),
                })}
            >
              <FactorRows data={data} />
              {passkeys.data?.items.map((passkey) => (
                <Row
                  key={passkey.id}
                  name={passkey.name}
                  badges={<Badge tone="plain-tag">{say("passkey")}</Badge>}
                  about={used(passkey)}
                  action={
                    <Button
                      isLow
                      isBusy={remove.doing?.[0].id === passkey.id}
                      isWaiting={remove.isBusy || reset.isBusy}
                      of={passkey.name}
                      onClick={() => void askAndRemove(passkey)}
                    >
                      {say("passkeyRemove")}
                    </Button>
                  }
                />
              ))}
            </Rows>
          )}
        </Show>
      </Section>
      <Identities userId={userId} />
    </>
  );
}

function FactorRows({ data: { password, totp, recoveryCodes } }: { readonly data: Factors }) {
  const no = <Badge tone="plain-tag">{say("no")}</Badge>;
  return (
    <>
      <Row
        name={say("password")}
        badges={password ? <Badge tone="good">{say("yes")}</Badge> : no}
      />
      <Row
        name={say("totp")}
        badges={totp === null ? no : <Badge tone="good">{say("yes")}</Badge>}
        {...(totp !== null && { about: used(totp) })}
      />
      <Row
        name={say("recoveryCodes")}
        badges={
          recoveryCodes === null ? (
            no
          ) : (
            <Badge tone={recoveryCodes.remaining > 2 ? "good" : "warn"}>
              {say("recoveryLeft", { count: recoveryCodes.remaining })}
            </Badge>
          )
        }
      />
    </>
  );
}

function Identities({ userId }: { readonly userId: string }) {
  const identities = useLoaded(() => api().listUserIdentities({ userId }), [userId]);
  return (
    <Section title={say("identities")}>
      <Show of={identities} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{say("identitiesNone")}</EmptyState>
          ) : (
            <Rows>
              {items.map((identity) => (
                <Row
                  key={identity.id}
                  name={providerName(identity.provider)}
                  about={[identity.email, used(identity)].filter(Boolean).join(" · ")}
                />
              ))}
            </Rows>
          )
        }
      </Show>
    </Section>
  );
}

function hasAny({ totp, recoveryCodes, passkeys }: Factors): boolean {
  return totp !== null || recoveryCodes !== null || passkeys > 0;
}

function used({
  createdAt,
  lastUsedAt,
}: {
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}) {
  const added = say("added", { date: dateOf(createdAt) });
  const last = lastUsedAt === null ? say("neverUsed") : say("lastUsed", { ago: agoOf(lastUsedAt) });
  return `${added} · ${last}`;
}

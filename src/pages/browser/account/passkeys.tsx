/** Passkeys: added, renamed, removed. */
import type { Schemas } from "@portcullis/client";
import { addPasskey } from "@portcullis/client/passkeys";
import { useEffect, useState } from "preact/hooks";
import { PASSKEY_NAME_MAX_LENGTH, PASSKEYS_MAX } from "../../../contract/bounds.ts";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateOf, dayOf } from "../kit/dates.ts";
import { ask, Dialog, DialogActions } from "../kit/dialog.tsx";
import { Field } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Badge, Row, Rows, Section } from "../kit/lists.tsx";
import { type Loaded, Show } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { toast } from "../kit/toast.tsx";
import { canUsePasskeys } from "../parts/passkeys.tsx";
import { showRecoveryCodes } from "../parts/recovery-codes.tsx";
import { withRecent } from "../parts/step-up.tsx";
import type { Factors } from "./factors.ts";
import { deviceName } from "./device-name.ts";
import { LastFactor } from "./last-factor.tsx";
import { securityParts } from "./notices.tsx";
import { isLastWayIn, type WaysIn } from "./ways-in.ts";
import { say } from "./words.ts";

type Passkey = Schemas["Passkey"];

interface PasskeysProps {
  readonly passkeys: Loaded<Schemas["PasskeyList"]>;
  readonly factors: Factors;
  readonly ways: WaysIn;
  /** The service asks for a second step. */
  readonly isAsked: boolean;
  /** Counts what has been done in the section. */
  readonly done: number;
  readonly reload: () => Promise<void>;
}

export function Passkeys({ passkeys, factors, ways, isAsked, done, reload }: PasskeysProps) {
  const add = useAction({
    send: () => withRecent(() => addPasskey(api(), { name: nameOf(passkeys.data?.items) })),
    async done({ name, recoveryCodes }) {
      await reload();
      await showRecoveryCodes(recoveryCodes);
      toast(say("passkeyAdded", { name }));
    },
  });
  useEffect(() => add.clear(), [done]); // a refusal is old once something else has worked
  const canAdd = canUsePasskeys();
  return (
    <Section title={say("passkeys")} name={securityParts.passkeys} about={say("passkeysAbout")}>
      <Show of={passkeys} rows={1}>
        {({ items }) => (
          <Rows
            foot={
              <>
                <span class="quiet small">
                  {items.length === 0
                    ? say(canAdd ? "passkeysNone" : "passkeysNotHere")
                    : say("passkeysCount", { count: items.length, max: PASSKEYS_MAX })}
                </span>
                {canAdd && (
                  <Button isLow kind="primary" isBusy={add.isBusy} onClick={() => void add.run()}>
                    {say("addPasskey")}
                  </Button>
                )}
              </>
            }
          >
            {items.map((passkey) => (
              <OnePasskey
                key={passkey.id}
                passkey={passkey}
                isLastWayIn={isLastWayIn(passkey.id, ways)}
                isLastFactor={factors.totp === null && items.length === 1}
                isAsked={isAsked}
                reload={reload}
              />
            ))}
          </Rows>
        )}
      </Show>
      <Status failure={add.failure} />
    </Section>
  );
}

/** Names a new one by this device, as others are by theirs: `Chrome on Linux`, `Chrome on Linux 2`. */
function nameOf(passkeys: readonly Passkey[] = []): string {
  const device = deviceName(navigator.userAgent);
  const isTaken = (name: string) => passkeys.some((passkey) => passkey.name === name);
  let name = device;
  for (let count = 2; isTaken(name); count += 1) name = `${device} ${count}`;
  return name;
}

function OnePasskey({
  passkey,
  isLastWayIn: isLast,
  isLastFactor,
  isAsked,
  reload,
}: {
  readonly passkey: Passkey;
  readonly isLastWayIn: boolean;
  readonly isLastFactor: boolean;
  readonly isAsked: boolean;
  readonly reload: () => Promise<void>;
}) {
  const [isNaming, setNaming] = useState(false);
  const { id, name, synced, signsIn, createdAt, lastUsedAt } = passkey;
  const remove = useAction({
    send: () => withRecent(() => api().removePasskey({ passkeyId: id })),
    async done() {
      toast(say("passkeyRemoved", { name }));
      await reload();
    },
  });
  async function askFirst(): Promise<void> {
    const isSure = await ask({
      title: say("removePasskey", { name }),
      text: (
        <>
          <p>{say("removePasskeyText")}</p>
          {isLastFactor && <LastFactor isAsked={isAsked} />}
        </>
      ),
      confirm: say("remove"),
      isDangerous: true,
    });
    if (isSure) await remove.run();
  }
  return (
    <>
      <Row
        name={name}
        badges={
          <>
            {synced && <Badge>{say("synced")}</Badge>}
            {!signsIn && <Badge tone="plain-tag">{say("secondStepOnly")}</Badge>}
          </>
        }
        about={
          <>
            {say("added", { date: dateOf(createdAt) })}
            {" · "}
            {lastUsedAt === null ? say("neverUsed") : say("used", { when: dayOf(lastUsedAt) })}
            {isLast && <span class="block">{say("lastWayIn")}</span>}
            {remove.failure && <Status failure={remove.failure} />}
          </>
        }
        action={
          <div class="actions">
            <Button isLow of={name} onClick={() => setNaming(true)}>
              {say("rename")}
            </Button>
            {!isLast && (
              <Button isLow of={name} isBusy={remove.isBusy} onClick={() => void askFirst()}>
                {say("remove")}
              </Button>
            )}
          </div>
        }
      />
      {isNaming && <Rename passkey={passkey} onClose={() => setNaming(false)} reload={reload} />}
    </>
  );
}

function Rename({
  passkey,
  onClose,
  reload,
}: {
  readonly passkey: Passkey;
  readonly onClose: () => void;
  readonly reload: () => Promise<void>;
}) {
  const form = useForm({
    fields: ["name"],
    send: ({ name }) => api().renamePasskey({ passkeyId: passkey.id, name }),
    async done() {
      await reload();
      onClose();
    },
  });
  return (
    <Dialog title={say("renamePasskey")} onClose={onClose}>
      <Form form={form}>
        <Field
          name="name"
          label={say("passkeyName")}
          hint={say("passkeyNameHint", { max: PASSKEY_NAME_MAX_LENGTH })}
          maxLength={PASSKEY_NAME_MAX_LENGTH}
          autocomplete="off"
          defaultValue={passkey.name}
        />
        <DialogActions>
          <Button onClick={onClose}>{say("cancel")}</Button>
          <Button kind="primary">{say("save")}</Button>
        </DialogActions>
      </Form>
    </Dialog>
  );
}

/** The address: proved, and changed with a proof of the new one. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button, TextButton } from "../kit/button.tsx";
import { Dialog, DialogActions } from "../kit/dialog.tsx";
import { EmailField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Badge, Card, Row, Rows, Section } from "../kit/lists.tsx";
import { Status } from "../kit/notice.tsx";
import { MailCode } from "../parts/mail-code.tsx";
import type { AddressChange, Waiting } from "./address-change.ts";
import { withRecent } from "../parts/step-up.tsx";
import { say } from "./words.ts";

type User = Schemas["User"];

export function Address({ user, change }: { readonly user: User; readonly change: AddressChange }) {
  const [isAsking, setAsking] = useState(false);
  const { email, emailVerified } = user;
  const { waiting, done } = change;
  const prove = useAction({
    send: () => api().requestEmailVerification(),
    done: ({ challengeToken }) => change.wait({ kind: "proof", email, challengeToken }),
  });
  const good =
    done === "change" ? say("addressChanged", { email }) : done && say("addressProved", { email });
  return (
    <Section title={say("address")} about={say("addressAbout")}>
      <Status failure={prove.failure} good={good} />
      <Rows>
        <Row
          name={email}
          badges={
            emailVerified ? (
              <Badge tone="good">{say("proved")}</Badge>
            ) : (
              <Badge tone="warn">{say("notProved")}</Badge>
            )
          }
          about={emailVerified ? undefined : say("notProvedAbout")}
          action={
            <div class="actions">
              {!emailVerified && waiting?.kind !== "proof" && (
                <Button isLow isBusy={prove.isBusy} onClick={() => void prove.run()}>
                  {say("prove")}
                </Button>
              )}
              <Button isLow of={say("ofAddress")} onClick={() => setAsking(true)}>
                {say("change")}
              </Button>
            </div>
          }
        />
      </Rows>
      {waiting && (
        <CodeOfMail key={waiting.kind + waiting.email} waiting={waiting} change={change} />
      )}
      {isAsking && <NewAddress user={user} change={change} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function NewAddress({
  user,
  change,
  onClose,
}: {
  readonly user: User;
  readonly change: AddressChange;
  readonly onClose: () => void;
}) {
  const form = useForm({
    fields: ["newEmail"],
    send: startChange,
    done({ challengeToken }, { newEmail }) {
      change.wait({ kind: "change", email: newEmail, challengeToken });
      onClose();
    },
  });
  return (
    <Dialog title={say("changeAddress")} onClose={onClose}>
      <Form form={form}>
        <p>{say("changeAddressAbout", { email: user.email })}</p>
        <EmailField name="newEmail" label={say("newAddress")} autocomplete="email" />
        <DialogActions>
          <Button onClick={onClose}>{say("cancel")}</Button>
          <Button kind="primary">{say("sendCode")}</Button>
        </DialogActions>
      </Form>
    </Dialog>
  );
}

/** The mail has a link as well: whoever opens it ends the wait here, too. */
function CodeOfMail({
  waiting,
  change,
}: {
  readonly waiting: Waiting;
  readonly change: AddressChange;
}) {
  const { kind, email } = waiting;
  const isChange = kind === "change";
  return (
    <Card>
      <div class="padded stack">
        <MailCode
          started={{ challengeToken: waiting.challengeToken, expiresInSeconds: 0 }}
          send={(code, challengeToken = "") =>
            isChange
              ? api().confirmEmailChange({ challengeToken, code })
              : api().confirmEmailVerification({ challengeToken, code })
          }
          onDone={() => change.end(kind)}
          again={async () => {
            const sent = await (isChange
              ? startChange({ newEmail: email })
              : api().requestEmailVerification());
            if (sent.ok) change.wait({ ...waiting, challengeToken: sent.data.challengeToken });
            return sent;
          }}
          button={say(isChange ? "changeAddress" : "prove")}
        >
          <h3>{say(isChange ? "waitingForNewAddress" : "waitingForAddress")}</h3>
          <p>{say("codeSent", { email })}</p>
        </MailCode>
        <p>
          <TextButton onClick={() => change.end()}>{say("giveUp")}</TextButton>
        </p>
      </div>
    </Card>
  );
}

function startChange({ newEmail }: { readonly newEmail: string }) {
  return withRecent(() => api().startEmailChange({ newEmail }));
}

/** Section Delete: the account is deleted. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogActions } from "../kit/dialog.tsx";
import { HiddenUsername, PasswordField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { given } from "../kit/given.ts";
import { Show } from "../kit/loading.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { hasPassword, type LoadedFactors } from "./factors.ts";
import { say } from "./words.ts";

type User = Schemas["User"];

export function Leave({
  user,
  factors,
  onLeft,
}: {
  readonly user: User;
  readonly factors: LoadedFactors;
  readonly onLeft: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <div class="card leave padded stack">
        <p>{say("deleteMeans", { service: given().service })}</p>
        <ul class="bullets">
          <li>{say("deleteSessions")}</li>
          <li>{say("deleteWays")}</li>
          <li>{say("deleteApps")}</li>
        </ul>
        <p>{say("deleteForGood")}</p>
        <div class="actions">
          <Button kind="danger" onClick={() => setAsking(true)}>
            {say("delete")}
          </Button>
        </div>
      </div>
      {isAsking && (
        <Dialog title={say("deleteSure", { email: user.email })} onClose={() => setAsking(false)}>
          <Show of={factors}>
            {(data) => (
              <DeleteForm
                user={user}
                withPassword={hasPassword(data)}
                onLeft={onLeft}
                onClose={() => setAsking(false)}
              />
            )}
          </Show>
        </Dialog>
      )}
    </>
  );
}

function DeleteForm({
  user,
  withPassword,
  onLeft,
  onClose,
}: {
  readonly user: User;
  readonly withPassword: boolean;
  readonly onLeft: () => void;
  readonly onClose: () => void;
}) {
  const form = useForm({
    fields: withPassword ? ["password"] : [],
    send: ({ password }: Readonly<Record<string, string>>) =>
      withRecent(() => api().deleteMe({ password })),
    done: onLeft,
    told({ code }) {
      if (code === "invalid_credentials") return { password: say("wrongPassword") };
      return code === "last_admin" ? say("deleteLastAdmin") : undefined;
    },
  });
  return (
    <Form form={form}>
      <p>{say("deleteForGood")}</p>
      {withPassword && (
        <>
          <HiddenUsername email={user.email} />
          <PasswordField hint={say("deletePassword")} />
        </>
      )}
      <DialogActions>
        <Button onClick={onClose}>{say("cancel")}</Button>
        <Button kind="danger primary">{say("deleteNow")}</Button>
      </DialogActions>
    </Form>
  );
}

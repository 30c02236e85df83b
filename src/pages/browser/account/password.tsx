/** The password: set, or changed. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogActions } from "../kit/dialog.tsx";
import { PasswordField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Row, Rows, Section } from "../kit/lists.tsx";
import { toast } from "../kit/toast.tsx";
import { NewPassword } from "../parts/new-password.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { say } from "./words.ts";

type User = Schemas["User"];

export function PasswordSection({
  user,
  hasPassword,
  reload,
}: {
  readonly user: User;
  readonly hasPassword: boolean;
  readonly reload: () => Promise<void>;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Section title={say("password")}>
      <Rows>
        <Row
          name={say(hasPassword ? "passwordIsSet" : "passwordIsNone")}
          about={say(hasPassword ? "passwordEnds" : "passwordNoneAbout")}
          action={
            <Button isLow of={say("ofPassword")} onClick={() => setOpen(true)}>
              {say(hasPassword ? "change" : "set")}
            </Button>
          }
        />
      </Rows>
      {isOpen && (
        <Dialog
          title={say(hasPassword ? "changePassword" : "setPassword")}
          onClose={() => setOpen(false)}
        >
          <PasswordForm
            user={user}
            hasPassword={hasPassword}
            onClose={() => setOpen(false)}
            onDone={reload}
          />
        </Dialog>
      )}
    </Section>
  );
}

/** Everything else is signed out by it. */
export function PasswordForm({
  user,
  hasPassword,
  onClose,
  onDone,
}: {
  readonly user: User;
  readonly hasPassword: boolean;
  readonly onClose: () => void;
  readonly onDone?: () => Promise<void>;
}) {
  const form = useForm({
    fields: hasPassword ? ["currentPassword", "newPassword"] : ["newPassword"],
    send: ({ currentPassword, newPassword = "" }: Readonly<Record<string, string>>) =>
      withRecent(() => api().changePassword({ currentPassword, newPassword })),
    async done() {
      toast(say(hasPassword ? "passwordChanged" : "passwordWasSet"));
      onClose();
      await onDone?.();
    },
    told: ({ code }) =>
      code === "invalid_credentials" ? { currentPassword: say("wrongPassword") } : undefined,
  });
  return (
    <Form form={form}>
      <p>{say("passwordEnds")}</p>
      {hasPassword && <PasswordField name="currentPassword" label={say("currentPassword")} />}
      <NewPassword email={user.email} />
      <DialogActions>
        <Button onClick={onClose}>{say("cancel")}</Button>
        <Button kind="primary">{say(hasPassword ? "changePassword" : "setPassword")}</Button>
      </DialogActions>
    </Form>
  );
}

/** Invites somebody, and shows who was invited and has not come yet, as far as the events tell. */
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { agoOf } from "../kit/dates.ts";
import { Dialog, DialogActions, openDialog } from "../kit/dialog.tsx";
import { EmailField, SelectField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Badge, Row, Rows, Section } from "../kit/lists.tsx";
import { useLoaded } from "../kit/loading.tsx";
import { readersLanguage, say as sayKit } from "../kit/words.ts";
import { MailLanguages } from "../parts/mail-languages.tsx";
import { withRecent } from "../parts/step-up.tsx";
import type { StoredEvent } from "./event-kinds.ts";
import { say } from "./words.ts";

type Invited = Extract<StoredEvent, { event: "user_invited" }>;

/** The longest that an invitation can be good (`SIGNUP_TTL`). Milliseconds. */
const LONGEST_MS = 7 * 86_400_000;
/** More are not looked at. */
const MOST = 20;

/** Invitations of the last days whose address has no account since. */
export function usePendingInvitations() {
  return useLoaded(readPending);
}

/** `onInvited`: an invitation is on its way. */
export function InviteButton({ onInvited }: { readonly onInvited: (email: string) => void }) {
  async function invite(): Promise<void> {
    const email = await openDialog<string>((close) => (
      <InviteDialog onDone={close} onClose={() => close(undefined)} />
    ));
    if (email !== undefined) onInvited(email);
  }
  return (
    <Button kind="primary" onClick={() => void invite()}>
      {say("invite")}
    </Button>
  );
}

export function Invitations({ items }: { readonly items: readonly Invited[] }) {
  if (items.length === 0) return null;
  return (
    <Section title={say("invitations")} about={say("invitationsAbout")}>
      <Rows>
        {items.map(({ id, email, role, timestamp }) => (
          <Row
            key={id}
            name={email}
            badges={role === "admin" && <Badge>{say("role_admin")}</Badge>}
            about={say("invitedAgo", { ago: agoOf(timestamp) })}
          />
        ))}
      </Rows>
    </Section>
  );
}

function InviteDialog({
  onDone,
  onClose,
}: {
  readonly onDone: (email: string) => void;
  readonly onClose: () => void;
}) {
  const form = useForm({
    fields: ["email", "role", "locale"],
    send: ({ email, role, locale }) =>
      withRecent(() =>
        api().inviteUser({ email, role: role === "admin" ? "admin" : "user", locale }),
      ),
    done: (_, { email }) => onDone(email),
    told: ({ code }) => (code === "email_taken" ? { email: say("inviteTaken") } : undefined),
  });
  return (
    <Dialog title={say("inviteTitle")} onClose={onClose}>
      <p>{say("inviteAbout")}</p>
      <Form form={form}>
        <EmailField autocomplete="off" />
        <SelectField name="role" label={say("role")}>
          <option value="user">{say("role_user")}</option>
          <option value="admin">{say("role_admin")}</option>
        </SelectField>
        <SelectField name="locale" label={say("mailLanguage")} defaultValue={readersLanguage()}>
          <MailLanguages />
        </SelectField>
        <DialogActions>
          <Button onClick={onClose}>{sayKit("cancel")}</Button>
          <Button kind="primary">{say("inviteSend")}</Button>
        </DialogActions>
      </Form>
    </Dialog>
  );
}

async function readPending() {
  const since = new Date(Date.now() - LONGEST_MS).toISOString();
  const result = await api().listEvents({ event: "user_invited", since, limit: MOST });
  if (!result.ok) return result;
  const latest = new Map<string, Invited>();
  for (const event of result.data.items)
    if (event.event === "user_invited" && !latest.has(event.email)) latest.set(event.email, event);
  const pending = await Promise.all(
    [...latest.values()].map(async (event) => ({ event, isIn: await hasAccount(event.email) })),
  );
  return { ok: true as const, data: pending.filter(({ isIn }) => !isIn).map(({ event }) => event) };
}

async function hasAccount(email: string): Promise<boolean> {
  const result = await api().listUsers({ email, limit: 1 });
  return result.ok && result.data.items[0]?.email === email;
}

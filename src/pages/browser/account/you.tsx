/** Section You: how somebody is called, and where mails go. */
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { PERSON_NAME_MAX_LENGTH } from "../../../contract/bounds.ts";
import { pagePaths } from "../../../contract/page-paths.ts";
import { accountSections } from "../../entries.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateOf } from "../kit/dates.ts";
import { Field, SelectField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { given } from "../kit/given.ts";
import { Card, Section } from "../kit/lists.tsx";
import { Notice } from "../kit/notice.tsx";
import { href, Link } from "../kit/router.tsx";
import { toast } from "../kit/toast.tsx";
import { MailLanguages } from "../parts/mail-languages.tsx";
import { canUsePasskeys } from "../parts/passkeys.tsx";
import type { AddressChange } from "./address-change.ts";
import { Address } from "./address.tsx";
import { type Factors, hasSecondFactor } from "./factors.ts";
import { say } from "./words.ts";

type User = Schemas["User"];

/** An account so young is seen for the first time. Milliseconds. */
const NEW_MS = 5 * 60_000;

interface YouProps {
  readonly user: User;
  readonly factors: Factors | undefined;
  readonly change: AddressChange;
}

export function You({ user, factors, change }: YouProps) {
  const isAdmin = user.role === "admin" && given().hasConsole;
  const [isNew] = useState(Math.abs(Date.now() - Date.parse(user.createdAt)) < NEW_MS);
  return (
    <>
      {isNew && <Welcome factors={factors} />}
      <Profile user={user} />
      <Address user={user} change={change} />
      <p class="quiet small">
        {say("accountSince", { date: dateOf(user.createdAt) })}
        {isAdmin && (
          <>
            {" "}
            <a href={href(pagePaths.admin)}>{say("toConsole")}</a>
          </>
        )}
      </p>
    </>
  );
}

/** Says that the account is there, and leads to what makes it safer, where it has none of it. */
function Welcome({ factors }: Pick<YouProps, "factors">) {
  return (
    <Notice tone="good">
      <p>{say("accountReady")}</p>
      {factors && !hasSecondFactor(factors) && (
        <p>
          <Link to={accountSections.security}>
            {say(canUsePasskeys() ? "accountSafer" : "accountSaferByApp")}
          </Link>
        </p>
      )}
    </Notice>
  );
}

function Profile({ user }: { readonly user: User }) {
  const form = useForm({
    fields: ["name", "locale"],
    optional: ["name", "locale"],
    send: ({ name, locale }) => api().updateMe({ name: name || null, locale: locale || null }),
    done: () => toast(say("saved")),
  });
  const { name, locale } = user;
  return (
    <Section title={say("profile")}>
      <Card>
        <Form form={form} class="stack padded">
          <Field
            name="name"
            label={say("name")}
            hint={say("nameHint")}
            autocomplete="name"
            maxLength={PERSON_NAME_MAX_LENGTH}
            defaultValue={name ?? ""}
          />
          <SelectField
            name="locale"
            label={say("mailLanguage")}
            hint={say("mailLanguageHint")}
            defaultValue={locale ?? ""}
          >
            <option value="">{say("mailLanguageUsual")}</option>
            <MailLanguages chosen={locale} />
          </SelectField>
          <div class="actions">
            <Button kind="primary">{say("save")}</Button>
          </div>
        </Form>
      </Card>
    </Section>
  );
}

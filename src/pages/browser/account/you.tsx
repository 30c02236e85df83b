/** Section You: how somebody is called, and where mails go. */
import type { Schemas } from "@portcullis/client";
import { PERSON_NAME_MAX_LENGTH } from "../../../contract/bounds.ts";
import { pagePaths } from "../../../contract/page-paths.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateOf } from "../kit/dates.ts";
import { Field, SelectField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { given } from "../kit/given.ts";
import { Card, Section } from "../kit/lists.tsx";
import { href } from "../kit/router.tsx";
import { toast } from "../kit/toast.tsx";
import { readersLocale } from "../kit/words.ts";
import type { AddressChange } from "./address-change.ts";
import { Address } from "./address.tsx";
import { say } from "./words.ts";

type User = Schemas["User"];

export function You({ user, change }: { readonly user: User; readonly change: AddressChange }) {
  const isAdmin = user.role === "admin" && given().hasConsole;
  return (
    <>
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

/** Languages that mails are written in. */
const mailLanguages = ["en", "de"];

function Profile({ user }: { readonly user: User }) {
  const form = useForm({
    fields: ["name", "locale"],
    optional: ["name", "locale"],
    send: ({ name, locale }) => api().updateMe({ name: name || null, locale: locale || null }),
    done: () => toast(say("saved")),
  });
  const { name, locale } = user;
  const languages =
    locale === null || mailLanguages.includes(locale) ? mailLanguages : [...mailLanguages, locale];
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
            {languages.map((tag) => (
              <option key={tag} value={tag}>
                {languageName(tag)}
              </option>
            ))}
          </SelectField>
          <div class="actions">
            <Button kind="primary">{say("save")}</Button>
          </div>
        </Form>
      </Card>
    </Section>
  );
}

function languageName(tag: string): string {
  return new Intl.DisplayNames(readersLocale(), { type: "language" }).of(tag) ?? tag;
}

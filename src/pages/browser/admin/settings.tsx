/** The settings as they are in force, and what the doctor says of them. */
import type { Schemas } from "@portcullis/client";
import { useId, useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { dateTimeOf } from "../kit/dates.ts";
import { SelectField } from "../kit/fields.tsx";
import { PageTitle } from "../kit/frame.tsx";
import { given } from "../kit/given.ts";
import { Badge, EmptyState, Section } from "../kit/lists.tsx";
import { type Loaded, Show, useLoaded } from "../kit/loading.tsx";
import { Findings } from "./findings.tsx";
import { say } from "./words.ts";

type Setting = Schemas["Setting"];
type Report = Schemas["DoctorReport"];

export function SettingsView() {
  const settings = useLoaded(() => api().listSettings());
  const report = useLoaded(() => api().getDoctorReport());
  return (
    <>
      <PageTitle title={say("settings")} about={say("settingsAbout")} />
      <Doctor report={report} />
      <Show of={settings} rows={8}>
        {({ items }) => <SettingList items={items} report={report.data} />}
      </Show>
    </>
  );
}

function Doctor({ report }: { readonly report: Loaded<Report> }) {
  return (
    <Section title={say("doctor")} about={say("doctorAbout", { command: given().commands.doctor })}>
      <Show of={report} rows={2}>
        {({ findings, checkedAt, version }) => (
          <>
            <Findings findings={findings} />
            <p class="small quiet">
              {say("doctorChecked", { at: dateTimeOf(checkedAt), version })}
            </p>
          </>
        )}
      </Show>
    </Section>
  );
}

function SettingList({
  items,
  report,
}: {
  readonly items: readonly Setting[];
  readonly report: Report | undefined;
}) {
  const [wanted, setWanted] = useState("");
  const [only, setOnly] = useState("all");
  const id = useId();
  const text = wanted.trim().toLowerCase();
  const found = items.filter(
    ({ name, value, source }) =>
      (text === "" || `${name} ${value ?? ""}`.toLowerCase().includes(text)) &&
      (only === "all" || (only === "set") === (source !== "default")),
  );
  return (
    <Section title={say("settingsInForce")}>
      <div class="inline">
        <div class="field">
          <label for={id}>{say("searchSettings")}</label>
          <input
            class="input"
            id={id}
            type="search"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </div>
        <SelectField
          name="only"
          label={say("settingsWhich")}
          onChange={(event) => setOnly(event.currentTarget.value)}
        >
          <option value="all">{say("settingsAll")}</option>
          <option value="set">{say("settingsSet")}</option>
          <option value="default">{say("settingsDefault")}</option>
        </SelectField>
      </div>
      <p class="small quiet" role="status">
        {say("settingsFound", { count: found.length })}
      </p>
      {found.length === 0 ? (
        <EmptyState>{say("settingsNone")}</EmptyState>
      ) : (
        <div class="card rows">
          <dl class="settings">
            {found.map((setting) => (
              <SettingRow key={setting.name} of={setting} report={report} />
            ))}
          </dl>
        </div>
      )}
    </Section>
  );
}

function SettingRow({ of, report }: { readonly of: Setting; readonly report: Report | undefined }) {
  const { name, source } = of;
  const findings = report?.findings.filter(
    ({ subject, status }) => subject === name && status !== "ok",
  );
  return (
    <div class="setting">
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        <span class="value">
          <Value of={of} />
          <Badge {...(source === "default" && { tone: "plain-tag" as const })}>
            {say(sourceWords[source] ?? "sourceOther")}
          </Badge>
        </span>
        {findings?.map(({ why, next }) => (
          <p key={why} class="small warn-text" lang="en">
            {why}
            {next !== null && `. ${next}`}
          </p>
        ))}
      </dd>
    </div>
  );
}

function Value({ of: { value, secret, source } }: { readonly of: Setting }) {
  if (secret)
    return <span class="quiet">{say(source === "default" ? "secretUnset" : "secretSet")}</span>;
  if (value === null) return <span class="quiet">{say("notSet")}</span>;
  return value === "" ? <span class="quiet">{say("emptyValue")}</span> : <code>{value}</code>;
}

const sourceWords: Readonly<
  Record<string, "sourceDefault" | "sourceGenerated" | "sourceEnvironment" | "sourceFile">
> = {
  default: "sourceDefault",
  generated: "sourceGenerated",
  environment: "sourceEnvironment",
  file: "sourceFile",
};

/** The filters of the events: a form, and what is set as chips that can be taken away. */
import { consoleSections } from "../../entries.ts";
import { useEffect, useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateTimeOf } from "../kit/dates.ts";
import type { AnyResult } from "../kit/failure.ts";
import { Labelled, SelectField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { navigate } from "../kit/router.tsx";
import { isEventKind, kindName } from "./event-kinds.ts";
import { type EventFilters, isIp, pathOf, type Period, periods } from "./filters.ts";
import { KindField } from "./kind-field.tsx";
import { showAddress } from "./mention.tsx";
import { learnName, useName } from "./names.ts";
import { say } from "./words.ts";

const periodNames = Object.keys(periods) as readonly Period[]; // the keys of a literal
const fields = ["kind", "email", "ip", "period", "since", "until"] as const;
type Values = Readonly<Record<(typeof fields)[number], string>>;

export function FilterForm({ filters }: { readonly filters: EventFilters }) {
  const { kind, ip = "", since, until } = filters;
  const [period, setPeriod] = useState<string>(
    filters.period ?? (since !== undefined || until !== undefined ? "custom" : ""),
  );
  const name = useName(filters.user) ?? "";
  const form = useForm({
    fields,
    optional: fields,
    send: (values) => find(values),
    done: (found) => go(found),
    told: ({ code }) =>
      code === "ip"
        ? { ip: say("ipWrong") }
        : code === "email"
          ? { email: say("emailPart") }
          : undefined,
  });
  // As a URL that somebody wrote has it.
  useEffect(() => {
    if (ip !== "" && !isIp(ip)) form.tell({ ip: say("ipWrong") });
  }, []);
  return (
    <Form form={form} class="filters">
      <KindField kind={kind} />
      <TextField name="email" label={say("email")} value={filters.email ?? name} />
      <TextField name="ip" label={say("ip")} value={ip} />
      <SelectField
        name="period"
        label={say("period")}
        defaultValue={period}
        onChange={(event) => setPeriod(event.currentTarget.value)}
      >
        <option value="">{say("anyTime")}</option>
        {periodNames.map((each) => (
          <option key={each} value={each}>
            {say(`period_${each}`)}
          </option>
        ))}
        <option value="custom">{say("periodCustom")}</option>
      </SelectField>
      {period === "custom" && (
        <>
          <TimeField name="since" label={say("since")} value={localOf(since)} />
          <TimeField name="until" label={say("until")} value={localOf(until)} />
        </>
      )}
      <div class="actions">
        <Button kind="primary">{say("applyFilters")}</Button>
      </div>
    </Form>
  );
}

interface InputProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** A line that no password manager fills in. */
function TextField({ name, label, value }: InputProps) {
  return (
    <Labelled name={name} label={label}>
      {(attributes) => (
        <input
          class="input"
          defaultValue={value}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          {...attributes}
        />
      )}
    </Labelled>
  );
}

function TimeField({ name, label, value }: InputProps) {
  return (
    <Labelled name={name} label={label}>
      {(attributes) => (
        <input class="input" type="datetime-local" defaultValue={value} {...attributes} />
      )}
    </Labelled>
  );
}

/** Chips of what is set. Pressing one takes it away. */
export function FilterChips({ filters }: { readonly filters: EventFilters }) {
  const name = useName(filters.user);
  const chips: readonly (readonly [keyof EventFilters, string | undefined])[] = [
    ["kind", filters.kind && kindName(filters.kind)],
    ["user", filters.user && (name === null ? say("who_gone") : (name ?? "…"))],
    ["email", filters.email],
    ["ip", filters.ip],
    ["period", filters.period && say(`period_${filters.period}`)],
    ["since", filters.since && say("sinceChip", { at: dateTimeOf(filters.since) })],
    ["until", filters.until && say("untilChip", { at: dateTimeOf(filters.until) })],
  ];
  const set = chips.filter(([, text]) => text !== undefined);
  if (set.length === 0) return null;
  return (
    <ul class="chips" aria-label={say("filtersSet")}>
      {set.map(([key, text]) => (
        <li key={key}>
          <button type="button" class="chip" onClick={() => go({ ...filters, [key]: undefined })}>
            <span class="visually-hidden">{say("removeFilter")} </span>
            {text}
            <svg viewBox="0 0 12 12" aria-hidden="true">
              <path d="m2.5 2.5 7 7m0-7-7 7" />
            </svg>
          </button>
        </li>
      ))}
      {set.length > 1 && (
        <li>
          <button type="button" class="chip clear" onClick={() => navigate(consoleSections.events)}>
            {say("clearFilters")}
          </button>
        </li>
      )}
    </ul>
  );
}

type Found =
  | { readonly ok: true; readonly data: EventFilters }
  | (Omit<AnyResult, "ok" | "data"> & { readonly ok: false });

/** The filters of what is typed. An address of an account becomes the account: events name it under former addresses too. */
async function find({ kind, email, ip, period, since, until }: Values): Promise<Found> {
  if (ip !== "" && !isIp(ip)) return told("ip");
  const filters: EventFilters = {
    ...(isEventKind(kind) && { kind }),
    ...(ip !== "" && { ip }),
    ...(Object.hasOwn(periods, period) && { period: period as Period }), // one of its keys
    ...(period === "custom" && since !== "" && { since: instantOf(since) }),
    ...(period === "custom" && until !== "" && { until: instantOf(until) }),
  };
  if (email === "") return { ok: true, data: filters };
  const result = await api().listUsers({ email, limit: 2 });
  if (!result.ok) return result;
  const { items } = result.data;
  const exact = items.find((user) => user.email === email.toLowerCase());
  const user = exact ?? (items.length === 1 && !email.includes("@") ? items[0] : undefined);
  if (user !== undefined) {
    learnName(user.id, user.email);
    return { ok: true, data: { ...filters, user: user.id } };
  }
  return email.includes("@") ? { ok: true, data: { ...filters, email } } : told("email");
}

/** As `useForm` takes a failure that the page itself found. */
function told(code: string): Found {
  return { ok: false, problem: { code, title: "", detail: "" } };
}

function go(filters: EventFilters): void {
  const set = Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined),
  ) as EventFilters; // the same, without those that are undefined
  if (set.email === undefined) navigate(pathOf(set));
  else showAddress(set, set.email);
}

/** As `datetime-local` has it, in the reader's zone. */
function localOf(instant: string | undefined): string {
  if (instant === undefined) return "";
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function instantOf(local: string): string {
  return new Date(local).toISOString();
}

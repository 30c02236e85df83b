/** Filters of the events, as the address of the view has them. */
import { consoleSections } from "../../entries.ts";
import type { EventKind } from "./event-kinds.ts";
import { isEventKind } from "./event-kinds.ts";

/** Milliseconds. */
export const periods = {
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 7 * 86_400_000,
  "30d": 30 * 86_400_000,
} as const;
export type Period = keyof typeof periods;

export interface EventFilters {
  readonly kind?: EventKind;
  /** The id of an account. */
  readonly user?: string;
  /** An address that is no account's: in no URL, where others would read it (PG-04). */
  readonly email?: string;
  readonly ip?: string;
  readonly period?: Period;
  readonly since?: string;
  readonly until?: string;
}

export function readFilters(query: URLSearchParams, email?: string): EventFilters {
  const kind = query.get("kind") ?? "";
  const period = query.get("period") ?? "";
  return {
    ...(isEventKind(kind) && { kind }),
    ...textOf(query, "user"),
    ...(email !== undefined && email !== "" && { email }),
    ...textOf(query, "ip"),
    ...(Object.hasOwn(periods, period) && { period: period as Period }), // one of its keys
    ...instantOf(query, "since"),
    ...instantOf(query, "until"),
  };
}

/** Path and query; the e-mail address goes another way. */
export function pathOf(filters: EventFilters): string {
  const { email: _email, ...shown } = filters;
  const query = new URLSearchParams(Object.entries(shown));
  return query.size === 0 ? consoleSections.events : `${consoleSections.events}?${query}`;
}

/** The query of `listEvents`. */
export function requestOf(filters: EventFilters, now: number) {
  const { kind, user, email, ip, period, since, until } = filters;
  const from = period === undefined ? since : new Date(now - periods[period]).toISOString();
  return {
    ...(kind !== undefined && { event: kind }),
    ...(user !== undefined && { userId: user }),
    ...(email !== undefined && { email }),
    ...(ip !== undefined && { ip }),
    ...(from !== undefined && { since: from }),
    ...(until !== undefined && { until }),
  };
}

/** Judges as `IpAddress` of the contract does, whose expressions are too large for a page. */
export function isIp(text: string): boolean {
  const parts = text.replace(/^::ffff:/i, "").split(".");
  if (parts.length > 1)
    return (
      parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
    );
  return /^[\da-f:]+$/i.test(text) && URL.canParse(`http://[${text}]`);
}

function textOf(query: URLSearchParams, name: "user" | "ip"): EventFilters {
  const text = query.get(name);
  return text ? { [name]: text } : {};
}

function instantOf(query: URLSearchParams, name: "since" | "until"): EventFilters {
  const ms = Date.parse(query.get(name) ?? "");
  return Number.isNaN(ms) ? {} : { [name]: new Date(ms).toISOString() };
}

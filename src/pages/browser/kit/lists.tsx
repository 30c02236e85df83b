/** Cards, sections, and lists of rows. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useLedTo } from "./router.tsx";

export function Card({ children }: { readonly children: ComponentChildren }) {
  return <div class="card">{children}</div>;
}

/** A part of a large page, with its heading. */
export function Section({
  title,
  name,
  about,
  children,
}: {
  readonly title: string;
  /** Of a part that links lead to, as their fragment. */
  readonly name?: string;
  readonly about?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  const element = useLedTo<HTMLElement>(name);
  return (
    <section class="section" ref={element} aria-labelledby={id}>
      <header>
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {about !== undefined && <p class="quiet small">{about}</p>}
      </header>
      {children}
    </section>
  );
}

/** A list: each child is a `<Row>`. `foot` stands below. */
export function Rows({
  foot,
  children,
}: {
  readonly foot?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="card rows">
      <ul>{children}</ul>
      {foot !== undefined && <footer>{foot}</footer>}
    </div>
  );
}

export function Row({
  name,
  ledToBy,
  badges,
  about,
  action,
}: {
  readonly name: ComponentChildren;
  /** The fragment of links that lead to its first button. */
  readonly ledToBy?: string;
  readonly badges?: ComponentChildren;
  readonly about?: ComponentChildren;
  /** A button, or several in `<div class="actions">`. */
  readonly action?: ComponentChildren;
}) {
  const element = useLedTo<HTMLLIElement>(ledToBy);
  return (
    <li class="row" ref={element}>
      <div>
        <p class="name">
          <span>{name}</span>
          {badges}
        </p>
        {about !== undefined && <p class="about">{about}</p>}
      </div>
      {action}
    </li>
  );
}

export function Badge({
  tone,
  children,
}: {
  readonly tone?: "good" | "warn" | "bad" | "plain-tag";
  readonly children: ComponentChildren;
}) {
  return <span class={tone === undefined ? "tag" : `tag ${tone}`}>{children}</span>;
}

/** Stands in place of a list that has nothing, with what to do about it. */
export function EmptyState({ children }: { readonly children: ComponentChildren }) {
  return <div class="card empty">{children}</div>;
}

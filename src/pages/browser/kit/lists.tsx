/** Cards, sections, and lists of rows. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export function Card({ children }: { readonly children: ComponentChildren }) {
  return <div class="card">{children}</div>;
}

/** A part of a large page, with its heading. */
export function Section({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
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
  badges,
  about,
  action,
}: {
  readonly name: ComponentChildren;
  readonly badges?: ComponentChildren;
  readonly about?: ComponentChildren;
  /** A button, or several in `<div class="actions">`. */
  readonly action?: ComponentChildren;
}) {
  return (
    <li class="row">
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

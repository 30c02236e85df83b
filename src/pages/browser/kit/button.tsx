/** Buttons say what they do. While one is busy it stays enabled, so that the focus stays. */
import type { ComponentChildren } from "preact";
import { useFormAround } from "./form.tsx";

interface ButtonProps {
  readonly kind?: "plain" | "primary" | "danger" | "danger primary";
  readonly isBusy?: boolean;
  /** It may be pressed again later, as its words say. */
  readonly isWaiting?: boolean;
  /** Over the whole width. */
  readonly isWide?: boolean;
  /** In a row of a list. */
  readonly isLow?: boolean;
  /** Of a button that stays down. */
  readonly isPressed?: boolean;
  /** Without it the button sends the form around it. */
  readonly onClick?: () => void;
  /** For screen readers, after the words: `Remove` of `iPhone`. */
  readonly of?: string;
  readonly children: ComponentChildren;
}

export function Button({
  kind = "plain",
  isBusy,
  isWaiting = false,
  isWide = false,
  isLow = false,
  isPressed,
  onClick,
  of,
  children,
}: ButtonProps) {
  const form = useFormAround();
  const sends = onClick === undefined;
  const busy = isBusy ?? (sends && (form?.isBusy ?? false));
  const names = ["button", kind === "plain" ? "" : kind, isWide && "wide", isLow && "low"];
  return (
    <button
      type={sends ? "submit" : "button"}
      class={names.filter(Boolean).join(" ")}
      aria-disabled={busy || isWaiting || undefined}
      aria-busy={busy || undefined}
      aria-pressed={isPressed}
      onClick={(event) => {
        if (busy || isWaiting) event.preventDefault();
        else onClick?.();
      }}
    >
      {busy && <span class="spin" aria-hidden="true" />}
      {children}
      {of !== undefined && <span class="visually-hidden"> {of}</span>}
    </button>
  );
}

/** A way to something else, that looks as a link does and is none. */
export function TextButton({
  onClick,
  children,
}: {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}) {
  return (
    <button type="button" class="plain" onClick={onClick}>
      {children}
    </button>
  );
}

/** Native dialogs: a question before what cannot be undone, and a form over the page. */
import type { ComponentChildren, VNode } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { rememberFocus } from "./focus.ts";
import { useLeaving } from "./router.tsx";
import { say } from "./words.ts";

/** A dialog that is open as long as it is rendered. Escape and a click beside it close it. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const dialog = element.current;
    const giveBack = rememberFocus();
    if (dialog) open(dialog);
    return () => {
      dialog?.close();
      giveBack(); // what was pressed may be gone
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        // Browsers let a second Escape through. Open again, until it is decided.
        if (!event.currentTarget.isConnected) return;
        open(event.currentTarget);
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget && isBeside(event, event.currentTarget)) onClose();
      }}
    >
      <div class="dialog">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

/** The buttons at the end of a dialog, in their order for the eye: at last what is asked about. */
export function DialogActions({ children }: { readonly children: ComponentChildren }) {
  return <div class="dialog-actions">{children}</div>;
}

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** On the button: what it does. */
  readonly confirm: string;
  readonly isDangerous?: boolean;
}

/** Asks before something is done. False where it was closed. */
export async function ask({ title, text, confirm, isDangerous }: Question): Promise<boolean> {
  const answer = await openDialog<true>((close) => (
    <Dialog title={title} onClose={() => close(undefined)}>
      {typeof text === "string" ? <p>{text}</p> : text}
      <DialogActions>
        <Button onClick={() => close(undefined)}>{say("cancel")}</Button>
        <Button kind={isDangerous ? "danger primary" : "primary"} onClick={() => close(true)}>
          {confirm}
        </Button>
      </DialogActions>
    </Dialog>
  ));
  return answer === true;
}

interface OpenOptions {
  /** Stays when somebody goes to another view, as by Back: what it shows is shown nowhere else. */
  readonly staysOpen?: boolean;
}
interface Opened extends OpenOptions {
  readonly key: number;
  readonly view: VNode;
  readonly leave: () => void;
}
let show: (change: (opened: readonly Opened[]) => readonly Opened[]) => void = () => undefined;
let lastKey = 0;

/** Opens a dialog from anywhere. Resolves to what it is closed with; to undefined where somebody left it, or its view. */
export function openDialog<T>(
  render: (close: (value: T | undefined) => void) => VNode,
  options: OpenOptions = {},
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const key = (lastKey += 1);
    const close = (value: T | undefined) => {
      show((opened) => opened.filter((each) => each.key !== key));
      resolve(value);
    };
    const leave = () => close(undefined);
    show((opened) => [...opened, { ...options, key, view: render(close), leave }]);
  });
}

/** The place of the dialogs that `openDialog` opens. */
export function DialogHost() {
  const [opened, setOpened] = useState<readonly Opened[]>([]);
  show = setOpened;
  useLeaving(() => {
    for (const { staysOpen = false, leave } of opened) if (!staysOpen) leave();
  });
  return (
    <>
      {opened.map(({ key, view }) => (
        <div key={key}>{view}</div>
      ))}
    </>
  );
}

/** Begins at the first field to type into, else at the heading: at no button, which Enter would press unread. */
function open(dialog: HTMLDialogElement): void {
  dialog.showModal();
  (dialog.querySelector<HTMLElement>(".input") ?? dialog.querySelector("h2"))?.focus();
}

/** The element of the dialog covers its padding, so its own box says where a press was. */
function isBeside({ clientX, clientY }: MouseEvent, dialog: HTMLElement): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

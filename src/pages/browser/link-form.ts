/** The form of a page that a link of a mail leads to: sends once per press, and tells how it went. */
import { element } from "./element.ts";
import { INCOMPLETE } from "./link.ts";
import { type Problem, readProblem, sentenceOf } from "./problem.ts";

/** An attempt as the page tells of it. */
export interface Told {
  /** `done` and `over` leave nothing but the sentence; `again` leaves the form. */
  readonly kind: "done" | "over" | "again";
  readonly says: string;
}

/** Shows the form. `send` rejects where the server cannot be reached; `onward`: another form takes its place. */
export function startForm(form: HTMLFormElement, send: () => Promise<Told | "onward">): void {
  const button = form.querySelector("button.primary");
  let isSending = false;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isSending) void attempt();
  });

  async function attempt(): Promise<void> {
    setSending(true);
    tell("", "again"); // what it says is of the last attempt, and the answer takes a while
    const told = await send().catch(() => ({ kind: "again", says: UNREACHABLE }) as const);
    setSending(false);
    if (told === "onward") form.hidden = true;
    else if (told.kind === "again") tell(told.says, told.kind);
    else end(form, told);
  }

  /** Leaves the button enabled: a disabled one would lose the focus. */
  function setSending(value: boolean): void {
    isSending = value;
    button?.toggleAttribute("aria-busy", value);
    button?.setAttribute("aria-disabled", String(value));
  }
}

const UNREACHABLE = "The server could not be reached. Try again.";

/** Leaves nothing of the form but the sentence: with this link there is nothing more to do. */
export function end(form: HTMLFormElement | undefined, { kind, says }: Told): void {
  const hadFocus = form?.contains(document.activeElement) ?? false;
  if (form !== undefined) form.hidden = true;
  const status = tell(says, kind);
  if (!hadFocus) return;
  status.tabIndex = -1; // the focus was in the form, which is gone
  status.focus();
}

/** Says it where it is announced. */
export function tell(says: string, kind: Told["kind"]): HTMLElement {
  const status = element("[role=status]", HTMLElement);
  status.className = kind === "done" ? "good" : "bad";
  status.textContent = says;
  return status;
}

/** Tells that there is nothing in the link to send. */
export function endIncomplete(): void {
  end(undefined, { kind: "over", says: INCOMPLETE });
}

/** Sends JSON. `problem` is undefined where it was done. Rejects where no answer of this server came. */
export async function post(
  path: string,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly response: Response; readonly problem: Problem | undefined }> {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { response, problem: response.ok ? undefined : await readProblem(response) };
}

/** Tells of a refusal, for every page. `noLongerGood` says what to do where the link is spent. */
export function refused(problem: Problem, noLongerGood: string): Told {
  const { code } = problem;
  if (code === "invalid_challenge" || code === "invalid_reset_token")
    return { kind: "over", says: noLongerGood };
  // A person typed a password at most, and `new-password.ts` judges that: the link was spoiled on its way.
  if (code === "validation_failed") return { kind: "over", says: INCOMPLETE };
  return { kind: "again", says: sentenceOf(problem) };
}

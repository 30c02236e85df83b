/**
 * The second step of a sign-in, on a page: a code of the app, a recovery code or a passkey, in a form that asks for one
 * of them at a time.
 */
import type { SecondFactor } from "../../contract/auth-methods.ts";
import type { LoginPending, PasskeyRequest } from "./answers.ts";
import { element } from "./element.ts";
import { post, startForm, tell, type Told } from "./link-form.ts";
import type { Problem } from "./problem.ts";

export interface SecondStep {
  readonly pending: LoginPending;
  /** Path of the operation that names the passkeys. */
  readonly passkeyPath: string;
  /** Sends the proof. Answers how it went, or the problem that it met. */
  readonly finish: (proof: Readonly<Record<string, unknown>>) => Promise<Told | Problem>;
  /** Tells of a problem that is not about the proof. */
  readonly refused: (problem: Problem) => Told;
}

interface Way {
  readonly ask: string;
  readonly button: string;
  /** On the button that changes to it. */
  readonly other: string;
  readonly wrong: string;
  /** Null where nothing is typed. */
  readonly field: {
    readonly label: string;
    readonly hint: string;
    readonly inputMode: "numeric" | "text";
    readonly autocomplete: AutoFill;
  } | null;
}

const ASK = "Your account asks for a second step.";

const ways: Readonly<Record<SecondFactor, Way>> = {
  totp: {
    ask: ASK,
    button: "Sign in",
    other: "Use the authenticator app",
    wrong:
      "This code was not taken. Wait for the next one, and type it. After many wrong ones, none is taken for a while.",
    field: {
      label: "Code",
      hint: "The 6 digits that your authenticator app shows now.",
      inputMode: "numeric",
      autocomplete: "one-time-code",
    },
  },
  recovery_code: {
    ask: ASK,
    button: "Sign in",
    other: "Use a recovery code",
    wrong:
      "This recovery code was not taken. Each is good once: try another. After many wrong ones, none is taken for a while.",
    field: {
      label: "Recovery code",
      hint: "One of those you kept when you set up the second step: 24 letters and digits.",
      inputMode: "text",
      autocomplete: "off",
    },
  },
  passkey: {
    ask: "Your account asks for a second step: your passkey.",
    button: "Use the passkey",
    other: "Use a passkey",
    wrong: "This passkey was not taken. Try again, or use another way.",
    field: null,
  },
};

const NO_PASSKEY = "No passkey was used. Try again, or use another way.";
const NONE_HERE =
  "Your account asks for a passkey, and this browser cannot use one. Sign in with another browser.";

/** Shows the form in place of the one before. Where this browser can take none of the ways, says so instead. */
export function startSecondStep(step: SecondStep): "onward" | Told {
  const possible = step.pending.secondFactors.filter((way) => way !== "passkey" || canAskPasskey());
  const [first] = possible;
  if (first === undefined) return { kind: "over", says: NONE_HERE };
  const form = element(".second-step", HTMLFormElement);
  const input = element("#proof", HTMLInputElement);
  let current = first;
  startForm(form, async () => {
    input.removeAttribute("aria-invalid");
    const method = current;
    const proof =
      method === "passkey" ? await askPasskey(step) : { method, code: input.value.trim() };
    if ("kind" in proof) return proof;
    const outcome = await step.finish(proof);
    if ("kind" in outcome) return outcome;
    const says = refusalOf(outcome, method);
    if (says === undefined) return step.refused(outcome);
    markWrong(input);
    return { kind: "again", says };
  });
  change(first);
  return "onward";

  function change(way: SecondFactor): void {
    current = way;
    show(ways[way], input);
    const others = possible.filter((other) => other !== way).map(changer);
    element(".others", HTMLElement).replaceChildren(...others);
    (input.disabled ? element(".second-step .primary", HTMLElement) : input).focus();
  }

  function changer(way: SecondFactor): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "other";
    button.textContent = ways[way].other;
    button.addEventListener("click", () => {
      if (form.querySelector("[aria-busy]") !== null) return; // its answer is of the way that was sent
      tell("", "again");
      change(way);
    });
    return button;
  }
}

function show({ ask, button, field }: Way, input: HTMLInputElement): void {
  element(".second-step .ask", HTMLElement).textContent = ask;
  element(".second-step .primary", HTMLElement).textContent = button;
  element(".second-step .field", HTMLElement).hidden = field === null;
  input.disabled = field === null; // a field that is required and hidden would stop the form
  input.value = "";
  input.removeAttribute("aria-invalid");
  if (field === null) return;
  element("label[for=proof]", HTMLElement).textContent = field.label;
  element("#proof-hint", HTMLElement).textContent = field.hint;
  input.inputMode = field.inputMode;
  input.autocomplete = field.autocomplete;
}

/** Says why a proof was refused; undefined where the problem is not about it. */
function refusalOf(problem: Problem, way: SecondFactor): string | undefined {
  if (problem.code === "invalid_second_factor") return ways[way].wrong;
  if (problem.code !== "validation_failed") return undefined;
  const message = problem.issues.find(({ path }) => path.at(-1) === "code")?.message;
  return message && `${message}.`;
}

function markWrong(input: HTMLInputElement): void {
  if (input.disabled) return;
  input.setAttribute("aria-invalid", "true");
  input.focus();
  input.select();
}

function canAskPasskey(): boolean {
  return (
    typeof PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function"
  );
}

/** The proof by passkey; or what to say where the person, or the browser, gives none. */
async function askPasskey({ pending, passkeyPath, refused }: SecondStep) {
  const { loginToken } = pending;
  const { response, problem } = await post(passkeyPath, { loginToken });
  if (problem !== undefined) return refused(problem);
  const { challengeToken, options } = (await response.json()) as PasskeyRequest; // the contract's answer
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey }).catch(() => null);
  if (!(credential instanceof PublicKeyCredential))
    return { kind: "again", says: NO_PASSKEY } as const;
  const answered = credential.toJSON() as object; // its own type is any
  return { method: "passkey", challengeToken, credential: answered };
}

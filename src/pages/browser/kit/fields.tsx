/** Fields: label, hint, input, error, always in this order. The form around says what is wrong with each, by its name. */
import type { ComponentChildren, RefObject } from "preact";
import { useId, useState } from "preact/hooks";
import { useChosen } from "./chosen.ts";
import { useFormAround } from "./form.tsx";
import { given } from "./given.ts";
import { strengthOf } from "./strength.ts";
import { say } from "./words.ts";

interface FieldParts {
  /** As the request calls it. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  /** Below the input: a link, a hint that changes. */
  readonly after?: ComponentChildren;
}
interface FieldAttributes {
  readonly id: string;
  readonly name: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}
/** Attributes of an input. It keeps what is typed by itself: the form reads it when it is sent. */
interface Input {
  readonly defaultValue?: string | undefined;
  readonly autocomplete?: string | undefined;
  readonly inputMode?: "text" | "numeric" | "email" | "search" | undefined;
  readonly maxLength?: number | undefined;
  readonly placeholder?: string | undefined;
  readonly onInput?: ((event: { readonly currentTarget: HTMLInputElement }) => void) | undefined;
  readonly inputRef?: RefObject<HTMLInputElement | null> | undefined;
}

/** The frame of a field. `children` makes the input of the attributes. */
export function Labelled({
  name,
  label,
  hint,
  after,
  children,
}: FieldParts & { readonly children: (attributes: FieldAttributes) => ComponentChildren }) {
  const id = useId();
  const error = useFormAround()?.failure?.fields[name];
  const described = [
    hint !== undefined && `${id}-hint`,
    error !== undefined && `${id}-error`,
  ].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {children({
        id,
        name,
        "aria-invalid": error !== undefined,
        "aria-describedby": described.join(" ") || undefined,
      })}
      {error !== undefined && (
        <p id={`${id}-error`} class="error">
          {error}
        </p>
      )}
      {after}
    </div>
  );
}

/** A line of text. */
export function Field({ name, label, hint, after, inputRef, ...input }: FieldParts & Input) {
  return (
    <Labelled {...{ name, label, hint, after }}>
      {(attributes) => (
        <input type="text" class="input" {...input} {...attributes} {...refOf(inputRef)} />
      )}
    </Labelled>
  );
}

/** A line that is no words: nothing in it is corrected. */
const verbatim = { autocapitalize: "none", spellcheck: false } as const;

/** An e-mail address. `autocomplete`: `username webauthn` where passkeys are offered in it. */
export function EmailField({
  name = "email",
  label = say("email"),
  hint,
  after,
  inputRef,
  ...input
}: Partial<FieldParts> & Input) {
  return (
    <Labelled {...{ name, label, hint, after }}>
      {(attributes) => (
        <input
          class="input"
          type="email"
          autocomplete="username"
          inputMode="email"
          {...verbatim}
          {...input}
          {...attributes}
          {...refOf(inputRef)}
        />
      )}
    </Labelled>
  );
}

/** A code that is typed from a mail, an app or a sheet of paper. */
export function CodeField({ name, label, hint, after, inputRef, ...input }: FieldParts & Input) {
  const isLong = input.inputMode === "text"; // letters and digits: a recovery code
  return (
    <Labelled {...{ name, label, hint, after }}>
      {(attributes) => (
        <input
          class={isLong ? "input code long" : "input code"}
          type="text"
          autocomplete="one-time-code"
          inputMode="numeric"
          {...verbatim}
          {...input}
          {...attributes}
          {...refOf(inputRef)}
        />
      )}
    </Labelled>
  );
}

/** A password of the account. The button shows what is typed. */
export function PasswordField({
  name = "password",
  label = say("password"),
  hint,
  after,
  inputRef,
  autocomplete = "current-password",
  ...input
}: Partial<FieldParts> & Input) {
  const [isShown, setShown] = useState(false);
  return (
    <Labelled {...{ name, label, hint, after }}>
      {(attributes) => {
        const own = { class: "input", ...verbatim, ...input, autocomplete };
        const all = { ...own, ...attributes, ...refOf(inputRef) };
        return (
          <div class="with-button">
            {isShown ? <input type="text" {...all} /> : <input type="password" {...all} />}
            <button
              class="reveal"
              type="button"
              aria-controls={attributes.id}
              aria-label={say(isShown ? "hidePassword" : "showPassword")}
              onClick={() => setShown(!isShown)}
            >
              {say(isShown ? "hide" : "show")}
            </button>
          </div>
        );
      }}
    </Labelled>
  );
}

/** A new password: its rule before the first mistake, and a hint while it is typed. */
export function NewPasswordField({
  name = "newPassword",
  label = say("newPassword"),
  ...rest
}: Partial<FieldParts> & Input) {
  const { minLength, maxLength } = given().newPassword;
  const [typed, setTyped] = useState("");
  return (
    <PasswordField
      name={name}
      label={label}
      hint={say("passwordRule", { min: minLength, max: maxLength })}
      autocomplete="new-password"
      onInput={(event) => setTyped(event.currentTarget.value)}
      after={<StrengthHint typed={typed} />}
      {...rest}
    />
  );
}

function StrengthHint({ typed }: { readonly typed: string }) {
  const strength = strengthOf(typed, given().newPassword.minLength);
  const level = strength?.level ?? 0;
  return (
    <p class={level >= 2 ? "strength good" : "strength"} aria-live="polite">
      {strength && (
        <>
          <svg viewBox="0 0 52 6" aria-hidden="true">
            {[0, 1, 2, 3].map((at) => (
              <rect
                key={at}
                class={at <= level ? "on" : undefined}
                x={at * 13.5}
                width="11.5"
                height="6"
                rx="3"
              />
            ))}
          </svg>
          {strength.says === "missing" && say("strengthMissing", { count: strength.missing })}
          {strength.says === "regular" && say("strengthRegular")}
          {strength.says === "enough" && say("strengthEnough")}
          {strength.says === "good" && say("strengthGood")}
        </>
      )}
    </p>
  );
}

/** One of a few. */
export function SelectField({
  name,
  label,
  hint,
  after,
  children,
  defaultValue,
  ...select
}: FieldParts & {
  readonly defaultValue?: string | undefined;
  readonly onChange?: ((event: { readonly currentTarget: HTMLSelectElement }) => void) | undefined;
  readonly children: ComponentChildren;
}) {
  const chosen = useChosen(defaultValue);
  return (
    <Labelled {...{ name, label, hint, after }}>
      {(attributes) => (
        <select class="input" ref={chosen} {...select} {...attributes}>
          {children}
        </select>
      )}
    </Labelled>
  );
}

/** A box to tick. Its value is `on`, or empty. */
export function CheckField({
  name,
  children,
  ...input
}: {
  readonly name: string;
  readonly defaultChecked?: boolean | undefined;
  readonly onChange?: ((event: { readonly currentTarget: HTMLInputElement }) => void) | undefined;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  const error = useFormAround()?.failure?.fields[name];
  return (
    <div class="field">
      <label class="check" for={id}>
        <input
          type="checkbox"
          id={id}
          name={name}
          aria-invalid={error !== undefined}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          {...input}
        />
        <span>{children}</span>
      </label>
      {error !== undefined && (
        <p id={`${id}-error`} class="error">
          {error}
        </p>
      )}
    </div>
  );
}

/** Tells password managers whose password is typed, where nobody is asked for the address. */
export function HiddenUsername({ email }: { readonly email: string }) {
  return (
    <input
      class="visually-hidden"
      type="text"
      autocomplete="username"
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden="true"
    />
  );
}

function refOf(ref: RefObject<HTMLInputElement | null> | undefined) {
  return ref === undefined ? {} : { ref };
}

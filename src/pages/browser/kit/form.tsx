/** A form: its fields by name, one request per press, and each error where it belongs. */
import { createContext, type ComponentChildren, type RefObject } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { type Action, type ActionOptions, useAction } from "./action.ts";
import type { AnyResult } from "./failure.ts";
import { Status } from "./notice.tsx";
import { say } from "./words.ts";

export interface FormOptions<N extends string, R extends AnyResult> extends Omit<
  ActionOptions<[values: Readonly<Record<N, string>>], R>,
  "fields"
> {
  /** As the inputs and the request call them. */
  readonly fields: readonly N[];
  /** Those of them that may stay empty. */
  readonly optional?: readonly N[];
  /** The sentence where one of the others is empty. */
  readonly missing?: Readonly<Partial<Record<N, string>>>;
}

export interface FormState extends Action<[values: Readonly<Record<string, string>>]> {
  readonly element: RefObject<HTMLFormElement | null>;
  readonly submit: () => void;
}

const Around = createContext<FormState | undefined>(undefined);

/** The form around a field or a button. */
export function useFormAround(): FormState | undefined {
  return useContext(Around);
}

export function useForm<const N extends string, R extends AnyResult>({
  fields,
  optional = [],
  missing,
  ...options
}: FormOptions<N, R>): FormState {
  const element = useRef<HTMLFormElement>(null);
  const action = useAction({ ...options, fields });
  const { failure } = action;
  useEffect(() => {
    if (failure === null || Object.keys(failure.fields).length === 0) return;
    element.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [failure]);

  function submit(): void {
    if (element.current === null || action.isBusy) return;
    const data = new FormData(element.current);
    const values = Object.fromEntries(
      fields.map((name) => [name, textOf(data.get(name), name)] as const),
    ) as Record<N, string>; // an entry for each of `fields`
    const empty = fields.filter((name) => values[name] === "" && !optional.includes(name));
    if (empty.length === 0) void action.run(values);
    else
      action.tell(
        Object.fromEntries(empty.map((name) => [name, missing?.[name] ?? say("required")])),
      );
  }

  return { ...action, run: action.run, element, submit }; // it is called with all fields above
}

export function Form({
  form,
  children,
  class: className = "stack",
}: {
  readonly form: FormState;
  readonly children: ComponentChildren;
  readonly class?: string;
}) {
  return (
    <Around.Provider value={form}>
      <form
        ref={form.element}
        class={className}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          form.submit();
        }}
      >
        {children}
        <Status failure={form.failure} />
      </form>
    </Around.Provider>
  );
}

/** Passwords as they are; of everything else the spaces around it do not count. */
function textOf(value: FormDataEntryValue | null, name: string): string {
  if (typeof value !== "string") return "";
  return /password/i.test(name) ? value : value.trim();
}

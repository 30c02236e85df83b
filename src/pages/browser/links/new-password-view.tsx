/** The form in which the holder of a mailed link chooses a password: of `/reset` and of `/confirm`. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import type { AnyResult, DataOf } from "../kit/failure.ts";
import { Form, useForm } from "../kit/form.tsx";
import { NewPassword } from "../parts/new-password.tsx";
import { End, type EndProps, Incomplete } from "./end.tsx";
import { overBy } from "./refusals.ts";

export interface NewPasswordViewProps<R extends AnyResult> {
  /** Null or empty where the link was cut off. */
  readonly token: string | null;
  readonly send: (input: { readonly token: string; readonly newPassword: string }) => Promise<R>;
  /** The sentence for a success. */
  readonly done: (data: DataOf<R>) => string;
  /** The sentence for a link that is spent, and where another is to be had. */
  readonly noLongerGood: string;
  readonly another: "forgotten" | "sign-in";
  readonly label: string;
  readonly button: string;
  readonly children?: ComponentChildren;
}

export function NewPasswordView<R extends AnyResult>({
  token,
  send,
  done,
  noLongerGood,
  another,
  label,
  button,
  children,
}: NewPasswordViewProps<R>) {
  const [end, setEnd] = useState<EndProps>();
  const form = useForm({
    fields: ["newPassword"],
    send: ({ newPassword }) => send({ token: token ?? "", newPassword }),
    done: (data) => setEnd({ tone: "good", says: done(data), next: "sign-in" }),
    told(failure) {
      const says = overBy(failure, noLongerGood);
      if (says === undefined) return undefined;
      setEnd({ tone: "bad", says, next: another });
      return null;
    },
  });
  if (!token) return <Incomplete />;
  if (end !== undefined) return <End {...end} />;
  return (
    <>
      {children}
      <Form form={form}>
        <NewPassword label={label} />
        <Button kind="primary" isWide>
          {button}
        </Button>
      </Form>
    </>
  );
}

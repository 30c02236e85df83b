/** The code of a mail: typed, or asked for once more. */
import type { Schemas } from "@portcullis/client";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { Button } from "../kit/button.tsx";
import type { AnyResult, DataOf } from "../kit/failure.ts";
import { CodeField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Status, useCountdown } from "../kit/notice.tsx";
import { say } from "../kit/words.ts";

/** A mail takes a while: before that, another one would only end it. Seconds. */
const PAUSE_SECONDS = 30;

export type Started = Schemas["ChallengeStarted"];

export interface MailCodeProps<R extends AnyResult> {
  /** The mail that was sent; null for somebody who says that there is one. */
  readonly started: Started | null;
  readonly send: (code: string, challengeToken: string | undefined) => Promise<R>;
  readonly onDone: (data: DataOf<R>) => void | Promise<void>;
  /** Sends another mail; without it there is no such button. */
  readonly again?: () => Promise<AnyResult>;
  /** On the button that sends the code. */
  readonly button: string;
  /** Shown above: where the mail went. */
  readonly children?: ComponentChildren;
}

export function MailCode<R extends AnyResult>({
  started,
  send,
  onDone,
  again,
  button,
  children,
}: MailCodeProps<R>) {
  const input = useRef<HTMLInputElement>(null);
  const token = useRef(started?.challengeToken);
  const form = useForm({
    fields: ["code"],
    send: ({ code }) => send(code, token.current),
    done: onDone,
    told({ code }) {
      input.current?.select();
      return code === "invalid_challenge" ? { code: say("mailCodeWrong") } : undefined;
    },
  });
  useEffect(() => input.current?.focus(), []);
  return (
    <div class="stack">
      {children}
      <Form form={form}>
        <CodeField
          name="code"
          label={say("mailCodeLabel")}
          hint={say("mailCodeHint")}
          inputRef={input}
        />
        <Button kind="primary" isWide>
          {button}
        </Button>
      </Form>
      {again !== undefined && (
        <Again
          send={again}
          onSent={(data) => {
            token.current = data.challengeToken;
            form.clear();
            input.current?.focus();
          }}
        />
      )}
    </div>
  );
}

function Again({
  send,
  onSent,
}: {
  readonly send: () => Promise<AnyResult>;
  readonly onSent: (started: Started) => void;
}) {
  const [round, setRound] = useState(0);
  const action = useAction({
    send,
    done(data) {
      setRound(round + 1);
      onSent(data as Started); // the operations that send a mail all answer it
    },
  });
  return (
    <div class="ways">
      <AgainButton key={round} isBusy={action.isBusy} onClick={() => void action.run()} />
      <Status failure={action.failure} good={round > 0 ? say("mailSentAgain") : undefined} />
    </div>
  );
}

function AgainButton({
  isBusy,
  onClick,
}: {
  readonly isBusy: boolean;
  readonly onClick: () => void;
}) {
  const left = useCountdown(PAUSE_SECONDS);
  return (
    <Button isLow isBusy={isBusy} isWaiting={left > 0} onClick={onClick}>
      {left > 0 ? say("mailAgainIn", { count: left }) : say("mailAgain")}
    </Button>
  );
}

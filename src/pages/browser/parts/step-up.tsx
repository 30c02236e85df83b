/** Recent authentication: a proof of who is signed in, before what could take the account over. */
import type { NoAnswer, Schemas } from "@portcullis/client";
import { reauthenticateWithPasskey } from "@portcullis/client/passkeys";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button, TextButton } from "../kit/button.tsx";
import { Dialog, DialogActions, openDialog } from "../kit/dialog.tsx";
import { type AnyResult, isProblem } from "../kit/failure.ts";
import { HiddenUsername, PasswordField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { given } from "../kit/given.ts";
import { Status } from "../kit/notice.tsx";
import { hasPasskeys } from "../kit/passkeys.ts";
import { signInPath } from "../kit/route.ts";
import { leaveFor } from "../kit/router.tsx";
import { session } from "../kit/session.ts";
import { say } from "../kit/words.ts";
import { FactorCode } from "./factor-code.tsx";
import { MailCode, type Started } from "./mail-code.tsx";

const GIVEN_UP: NoAnswer = { ok: false, status: 0, failure: "aborted" };

/**
 * Does something that may need a recent proof. Where it does, a dialog asks for one, and it is done again. Somebody who
 * closes the dialog gives it up, and nothing is told of that.
 */
export async function withRecent<R extends AnyResult>(
  send: () => Promise<R>,
): Promise<R | NoAnswer> {
  const result = await send();
  const { problem } = result;
  if (result.ok || !isProblem(problem) || problem.code !== "reauthentication_required")
    return result;
  const methods = (problem.methods ?? []).filter(isMethod);
  const isProved = await openDialog<true>((close) => (
    <StepUp methods={methods} onDone={() => close(true)} onClose={() => close(undefined)} />
  ));
  return isProved ? send() : GIVEN_UP;
}

const words = {
  passkey: "passkeyUse",
  totp: "totpUse",
  password: "stepUpPassword",
  mail: "stepUpMail",
  recovery_code: "recoveryUse",
} as const;
type Method = keyof typeof words;
const inOrder = Object.keys(words);

interface StepUpProps {
  readonly methods: readonly Method[];
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function StepUp({ methods, onDone, onClose }: StepUpProps) {
  const possible = methods
    .filter((method) => method !== "passkey" || hasPasskeys())
    .sort((one, other) => inOrder.indexOf(one) - inOrder.indexOf(other));
  const [method, setMethod] = useState(possible[0]);
  return (
    <Dialog title={say("stepUpTitle")} onClose={onClose}>
      {method === undefined ? (
        <SignInAgain />
      ) : (
        <>
          <p>{say("stepUpAsk")}</p>
          <OneMethod key={method} method={method} onDone={onDone} />
          <div class="ways">
            {possible
              .filter((other) => other !== method)
              .map((other) => (
                <TextButton key={other} onClick={() => setMethod(other)}>
                  {say(words[other])}
                </TextButton>
              ))}
          </div>
        </>
      )}
      <DialogActions>
        <Button onClick={onClose}>{say("cancel")}</Button>
      </DialogActions>
    </Dialog>
  );
}

interface OneProps {
  readonly onDone: () => void;
}

function OneMethod({ method, onDone }: OneProps & { readonly method: Method }) {
  switch (method) {
    case "passkey":
      return <ByPasskey onDone={onDone} />;
    case "mail":
      return <ByMail onDone={onDone} />;
    case "password":
    case "totp":
    case "recovery_code":
      return <ByTyping method={method} onDone={onDone} />;
  }
}

const typed = {
  password: { field: "password", wrong: "stepUpPasswordWrong" },
  totp: { field: "code", wrong: "totpWrong" },
  recovery_code: { field: "code", wrong: "recoveryWrong" },
} as const;

function ByTyping({ method, onDone }: OneProps & { readonly method: keyof typeof typed }) {
  const input = useRef<HTMLInputElement>(null);
  const { field, wrong } = typed[method];
  const form = useForm({
    fields: [field],
    send: (values: Readonly<Record<string, string>>) =>
      api().reauthenticate({ method, ...values } as Schemas["ReauthenticateInput"]), // by `typed`, each has its own field
    done: onDone,
    told({ code }) {
      input.current?.select();
      const isWrong = code === "invalid_credentials" || code === "invalid_second_factor";
      return isWrong ? { [field]: say(wrong) } : undefined;
    },
  });
  useEffect(() => input.current?.focus(), []);
  const { user } = session().current();
  return (
    <Form form={form}>
      {method === "password" ? (
        <>
          {user !== undefined && <HiddenUsername email={user.email} />}
          <PasswordField inputRef={input} />
        </>
      ) : (
        <FactorCode of={method} inputRef={input} />
      )}
      <Button kind="primary" isWide>
        {say("stepUpConfirm")}
      </Button>
    </Form>
  );
}

function ByPasskey({ onDone }: OneProps) {
  const action = useAction({
    send: () => reauthenticateWithPasskey(api()),
    done: onDone,
    told: ({ code }) => (code === "invalid_second_factor" ? say("passkeyWrong") : undefined),
  });
  return (
    <div class="stack">
      <Button kind="primary" isWide isBusy={action.isBusy} onClick={() => void action.run()}>
        {say("passkeyUseNow")}
      </Button>
      <Status failure={action.failure} />
    </div>
  );
}

function ByMail({ onDone }: OneProps) {
  const [started, setStarted] = useState<Started>();
  const begin = () => api().startReauthentication({ method: "mail" });
  const action = useAction({ send: begin, done: setStarted });
  if (started === undefined)
    return (
      <div class="stack">
        <Button kind="primary" isWide isBusy={action.isBusy} onClick={() => void action.run()}>
          {say("stepUpMail")}
        </Button>
        <Status failure={action.failure} />
      </div>
    );
  return (
    <MailCode
      started={started}
      again={begin}
      send={(code, challengeToken = "") =>
        api().reauthenticate({ method: "mail", code, challengeToken })
      }
      onDone={onDone}
      button={say("stepUpConfirm")}
    >
      <p>{say("mailCodeSentToYou")}</p>
    </MailCode>
  );
}

function SignInAgain() {
  const { hasPages } = given();
  const here = location.pathname + location.search;
  return (
    <>
      <p>{say("stepUpNone")}</p>
      {hasPages && (
        <Button kind="primary" onClick={() => leaveFor(signInPath(here))}>
          {say("stepUpSignIn")}
        </Button>
      )}
    </>
  );
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(words, method);
}

/** The second step of a sign-in: a code of the app, a recovery code or a passkey, one of them at a time. */
import type { LoginPending, Schemas } from "@portcullis/client";
import { finishWithPasskey, type PasskeySecondStep } from "@portcullis/client/passkeys";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SecondFactor } from "../../../contract/auth-methods.ts";
import { api } from "../kit/api.ts";
import { Button, TextButton } from "../kit/button.tsx";
import type { Failure } from "../kit/failure.ts";
import { Form, useForm } from "../kit/form.tsx";
import { given } from "../kit/given.ts";
import { Notice } from "../kit/notice.tsx";
import { hasPasskeys } from "../kit/passkeys.ts";
import { say } from "../kit/words.ts";
import { FactorCode } from "./factor-code.tsx";

export interface SecondStepProps {
  readonly pending: LoginPending;
  /** `way`: the one that was taken. */
  readonly onDone: (session: Schemas["Session"], way: SecondFactor) => void | Promise<void>;
  /** It took too long, was tried too often, or the account has changed: back to the start, where `says` is shown. */
  readonly onOver: (says: string) => void;
}

export function SecondStep({ pending, onDone, onOver }: SecondStepProps) {
  const possible = pending.secondFactors.filter(
    (way): way is SecondFactor => isWay(way) && (way !== "passkey" || hasPasskeys()),
  );
  const [way, setWay] = useState(possible[0]);
  const ways = useRef<HTMLDivElement>(null);
  if (way === undefined)
    return (
      <Notice tone="bad" announce>
        <p>{say("secondStepNone")}</p>
      </Notice>
    );
  return (
    <div class="stack">
      <p>{say(way === "passkey" ? "secondStepAskPasskey" : "secondStepAsk")}</p>
      <OneWay key={way} {...{ way, pending, onDone, onOver }} />
      <div class="ways" ref={ways}>
        {possible
          .filter((other) => other !== way)
          .map((other) => (
            <TextButton key={other} onClick={() => setWay(other)}>
              {say(words[other].use)}
            </TextButton>
          ))}
        <details>
          <summary>{say("lostAll")}</summary>
          <p>{say("lostAllText", { service: given().service })}</p>
        </details>
      </div>
    </div>
  );
}

/** One of the ways, anew for each: what was typed for another does not stay. */
function OneWay({
  way,
  pending,
  onDone,
  onOver,
}: SecondStepProps & { readonly way: SecondFactor }) {
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLDivElement>(null);
  const form = useForm({
    fields: way === "passkey" ? [] : ["code"],
    send: ({ code = "" }: Readonly<Record<string, string>>): Promise<PasskeySecondStep> =>
      way === "passkey"
        ? finishWithPasskey(api(), pending)
        : api().finishSignIn(pending, { method: way, code }),
    done: (data) => onDone(data, way),
    told(failure) {
      if (failure.code === "invalid_login_token") {
        onOver(failure.says ?? say("problem_invalid_login_token"));
        return null;
      }
      input.current?.select();
      return wordsOf(failure, way);
    },
  });
  useEffect(() => {
    (input.current ?? button.current?.querySelector("button"))?.focus();
  }, []);
  return (
    <Form form={form} class="stack second-step">
      {way !== "passkey" && <FactorCode of={way} inputRef={input} />}
      <div ref={button}>
        <Button kind="primary" isWide>
          {say(way === "passkey" ? "passkeyUseNow" : "signIn")}
        </Button>
      </div>
    </Form>
  );
}

const words = {
  totp: { use: "totpUse", wrong: "totpWrong" },
  recovery_code: { use: "recoveryUseLost", wrong: "recoveryWrong" },
  passkey: { use: "passkeyUse", wrong: "passkeyWrong" },
} as const satisfies Record<SecondFactor, unknown>;

function wordsOf({ code }: Failure, way: SecondFactor) {
  if (code !== "invalid_second_factor") return undefined;
  const wrong = say(words[way].wrong);
  return way === "passkey" ? wrong : { code: wrong };
}

/** A factor of a newer server is one that this page cannot take. */
function isWay(way: string): way is SecondFactor {
  return Object.hasOwn(words, way);
}

/** The field for a code of a second factor: of the app, or one of the recovery codes. */
import type { RefObject } from "preact";
import { CodeField } from "../kit/fields.tsx";
import { say } from "../kit/words.ts";

export function FactorCode({
  of,
  inputRef,
}: {
  readonly of: "totp" | "recovery_code";
  readonly inputRef: RefObject<HTMLInputElement | null>;
}) {
  if (of === "totp")
    return (
      <CodeField name="code" label={say("codeLabel")} hint={say("totpHint")} inputRef={inputRef} />
    );
  return (
    <CodeField
      name="code"
      label={say("recoveryLabel")}
      hint={say("recoveryHint")}
      inputMode="text"
      autocomplete="off"
      inputRef={inputRef}
    />
  );
}

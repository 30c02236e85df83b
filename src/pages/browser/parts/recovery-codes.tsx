/** Recovery codes, shown once: to be copied, printed or saved, and kept before anybody goes on. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import { Dialog, openDialog } from "../kit/dialog.tsx";
import { CheckField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { given } from "../kit/given.ts";
import { session } from "../kit/session.ts";
import { CopyButton } from "./copy-button.tsx";
import { say } from "./code-words.ts";

/** Shows them in a dialog, which closes once they are kept. Of none nothing is shown: the codes of before stay good. */
export async function showRecoveryCodes(codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return;
  await openDialog<true>((close) => <CodesDialog codes={codes} onKept={() => close(true)} />, {
    staysOpen: true,
  });
}

function CodesDialog({
  codes,
  onKept,
}: {
  readonly codes: readonly string[];
  readonly onKept: () => void;
}) {
  const leave = useRef<() => void>(() => undefined);
  return (
    <Dialog title={say("codesTitle")} onClose={() => leave.current()}>
      <RecoveryCodes codes={codes} onKept={onKept} leave={leave} />
    </Dialog>
  );
}

export function RecoveryCodes({
  codes,
  onKept,
  leave,
}: {
  readonly codes: readonly string[];
  readonly onKept: () => void;
  /** Gets the function for whoever would leave: it says that the codes are to be kept first. */
  readonly leave?: { current: () => void };
}) {
  const { service } = given();
  const email = session().current().user?.email;
  const heading = [
    say("codesHeading", { service }),
    ...(email === undefined ? [] : [say("codesFor", { email })]),
  ];
  const text = [...heading, "", ...codes, ""].join("\n");
  const form = useForm({
    fields: ["kept"],
    optional: ["kept"],
    send: ({ kept }) => Promise.resolve({ ok: kept !== "" }),
    done: onKept,
    told: () => ({ kept: say("codesKeptFirst") }),
  });
  const ask = () => form.tell({ kept: say("codesKeptFirst") });
  if (leave !== undefined) leave.current = ask;
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
  return (
    <div class="stack">
      <p>{say("codesText")}</p>
      <div class="printed">
        {heading.map((line) => (
          <p key={line} class="print-only">
            {line}
          </p>
        ))}
        <ul class="codes">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </div>
      <div class="actions">
        <CopyButton text={text} />
        <Button isLow onClick={() => print()}>
          {say("codesPrint")}
        </Button>
        <Button isLow onClick={() => save(`${fileNameOf(service)}.txt`, text)}>
          {say("codesSave")}
        </Button>
      </div>
      <Form form={form}>
        <CheckField name="kept">{say("codesKept")}</CheckField>
        <Button kind="primary" isWide>
          {say("codesDone")}
        </Button>
      </Form>
    </div>
  );
}

function fileNameOf(service: string): string {
  const name = service.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "");
  return `${name || "service"}-recovery-codes`;
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

/** A second factor for an account that has none, where the service asks for one. */
import { useState } from "preact/hooks";
import { addPasskey } from "@portcullis/client/passkeys";
import type { Schemas } from "@portcullis/client";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button, TextButton } from "../kit/button.tsx";
import { CodeField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Gate } from "../kit/frame.tsx";
import { PasskeyIcon } from "../kit/icons.tsx";
import { Status } from "../kit/notice.tsx";
import { canUsePasskeys } from "../parts/passkeys.tsx";
import { AppSecret } from "../parts/qr-code.tsx";
import { say as sayOfCodes } from "../parts/code-words.ts";
import { RecoveryCodes } from "../parts/recovery-codes.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { say } from "./words.ts";

export function Enrol({ done }: { readonly done: () => void }) {
  const [setup, setSetup] = useState<Schemas["TotpSetup"] | undefined>(undefined);
  const [codes, setCodes] = useState<readonly string[] | undefined>(undefined);
  const keep = (shown: readonly string[]) => (shown.length === 0 ? done() : setCodes(shown));
  if (codes)
    return (
      <Gate title={sayOfCodes("codesTitle")}>
        <RecoveryCodes codes={codes} onKept={done} />
      </Gate>
    );
  if (setup) return <AddApp setup={setup} keep={keep} back={() => setSetup(undefined)} />;
  return <Choose keep={keep} begun={setSetup} />;
}

interface Kept {
  /** Shows the recovery codes that came with the factor. */
  readonly keep: (codes: readonly string[]) => void;
}

function Choose({ keep, begun }: Kept & { readonly begun: (setup: Schemas["TotpSetup"]) => void }) {
  const passkey = useAction({
    send: () => withRecent(() => addPasskey(api())),
    done: ({ recoveryCodes }) => keep(recoveryCodes),
  });
  const app = useAction({ send: () => withRecent(() => api().startTotp()), done: begun });
  return (
    <Gate title={say("enrolTitle")} about={say("enrolAbout")}>
      <div class="stack">
        {canUsePasskeys() && (
          <div class="tight">
            <p>{say("enrolPasskeyAbout")}</p>
            <Button
              kind="primary"
              isWide
              isBusy={passkey.isBusy}
              onClick={() => void passkey.run()}
            >
              <PasskeyIcon />
              {say("enrolPasskey")}
            </Button>
          </div>
        )}
        <div class="tight">
          <p>{say("enrolAppAbout")}</p>
          <Button
            kind={canUsePasskeys() ? "plain" : "primary"}
            isWide
            isBusy={app.isBusy}
            onClick={() => void app.run()}
          >
            {say("enrolApp")}
          </Button>
        </div>
        <Status failure={passkey.failure ?? app.failure} />
      </div>
    </Gate>
  );
}

function AddApp({
  setup,
  keep,
  back,
}: Kept & { readonly setup: Schemas["TotpSetup"]; readonly back: () => void }) {
  const { setupToken, uri, secret } = setup;
  const form = useForm({
    fields: ["code"],
    send: ({ code }) => api().confirmTotp({ setupToken, code }),
    done: ({ codes }) => keep(codes),
    told({ code }) {
      if (code === "invalid_second_factor") return { code: say("enrolWrong") };
      return code === "invalid_challenge" ? say("enrolTooLate") : undefined;
    },
  });
  return (
    <Gate title={say("enrolApp")} about={say("enrolScan")}>
      <AppSecret uri={uri} secret={secret} />
      <Form form={form}>
        <CodeField name="code" label={say("codeLabel")} hint={say("totpHint")} />
        <Button kind="primary" isWide>
          {say("enrolConfirm")}
        </Button>
      </Form>
      <p>
        <TextButton onClick={back}>{say("enrolOther")}</TextButton>
      </p>
    </Gate>
  );
}

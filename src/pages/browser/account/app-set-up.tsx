/** Sets an authenticator app up, in the place of another one or as the first. */
import type { Schemas } from "@portcullis/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogActions } from "../kit/dialog.tsx";
import { CodeField } from "../kit/fields.tsx";
import { Form, useForm } from "../kit/form.tsx";
import { Loading } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { toast } from "../kit/toast.tsx";
import { AppSecret } from "../parts/qr-code.tsx";
import { showRecoveryCodes } from "../parts/recovery-codes.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { say } from "./words.ts";

interface SetUpProps {
  /** There is one, which has to go first: an account has one secret at a time. */
  readonly replaces: boolean;
  /** The recovery codes go with the old app, and new ones come with the new. */
  readonly endsCodes: boolean;
  readonly onClose: () => void;
  readonly reload: () => Promise<void>;
}

export function AppSetUp({ replaces, endsCodes, onClose, reload }: SetUpProps) {
  const [isOldGone, setOldGone] = useState(!replaces);
  const removed = useRef(false);
  function close(): void {
    onClose();
    if (!removed.current) return;
    toast(say("appIsOff"));
    void reload();
  }
  return (
    <Dialog title={say(replaces ? "replaceApp" : "setUpApp")} onClose={close}>
      {isOldGone ? (
        <NewApp
          onClose={close}
          onDone={async (codes) => {
            removed.current = false;
            onClose();
            await reload();
            await showRecoveryCodes(codes);
            toast(say("appAdded"));
          }}
        />
      ) : (
        <OldApp
          endsCodes={endsCodes}
          onClose={close}
          onGone={() => {
            removed.current = true;
            setOldGone(true);
          }}
        />
      )}
    </Dialog>
  );
}

function OldApp({
  endsCodes,
  onClose,
  onGone,
}: {
  readonly endsCodes: boolean;
  readonly onClose: () => void;
  readonly onGone: () => void;
}) {
  const remove = useAction({
    send: () => withRecent(() => api().removeTotp()),
    done: onGone,
    told({ code }) {
      if (code !== "not_found") return undefined;
      onGone(); // another tab was faster
      return null;
    },
  });
  return (
    <>
      <p>{say("replaceText")}</p>
      <p>{say(endsCodes ? "replaceEndsCodes" : "replaceEndsSessions")}</p>
      <Status failure={remove.failure} />
      <DialogActions>
        <Button onClick={onClose}>{say("cancel")}</Button>
        <Button kind="primary" isBusy={remove.isBusy} onClick={() => void remove.run()}>
          {say("replaceGoOn")}
        </Button>
      </DialogActions>
    </>
  );
}

interface NewAppProps {
  readonly onClose: () => void;
  readonly onDone: (codes: readonly string[]) => Promise<void>;
}

/** Asks the server for a secret; where that needs a proof, somebody who gives it up has given up all of it. */
function NewApp({ onClose, onDone }: NewAppProps) {
  const [setup, setSetup] = useState<Schemas["TotpSetup"]>();
  const start = useAction({
    send: async () => {
      const started = await withRecent(() => api().startTotp());
      if (started.status === 0 && started.failure === "aborted") onClose();
      return started;
    },
    done: (made) => setSetup(made),
  });
  useEffect(() => void start.run(), []);
  if (setup !== undefined)
    return (
      <FirstCode
        key={setup.setupToken}
        setup={setup}
        restart={() => {
          setSetup(undefined);
          void start.run();
        }}
        {...{ onClose, onDone }}
      />
    );
  if (start.failure === null) return <Loading />;
  return (
    <>
      <Status failure={start.failure} />
      <DialogActions>
        <Button onClick={onClose}>{say("cancel")}</Button>
        <Button kind="primary" isBusy={start.isBusy} onClick={() => void start.run()}>
          {say("tryAgain")}
        </Button>
      </DialogActions>
    </>
  );
}

function FirstCode({
  setup,
  restart,
  onClose,
  onDone,
}: NewAppProps & { readonly setup: Schemas["TotpSetup"]; readonly restart: () => void }) {
  const { setupToken, secret, uri } = setup;
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const form = useForm({
    fields: ["code"],
    send: ({ code }) => withRecent(() => api().confirmTotp({ setupToken, code })),
    done: ({ codes }) => onDone(codes),
    told({ code }) {
      input.current?.select();
      if (code === "invalid_second_factor" || code === "validation_failed")
        return { code: say("firstCodeWrong") };
      if (code !== "invalid_challenge") return undefined;
      setOver(true);
      return say("setUpOver");
    },
  });
  return (
    <Form form={form}>
      {!isOver && <AppSecret uri={uri} secret={secret} scan={say("scan")} />}
      {!isOver && (
        <CodeField
          name="code"
          label={say("firstCode")}
          hint={say("firstCodeHint")}
          inputRef={input}
          maxLength={9}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>{say("cancel")}</Button>
        {isOver ? (
          <Button kind="primary" onClick={restart}>
            {say("beginAgain")}
          </Button>
        ) : (
          <Button kind="primary">{say("confirmApp")}</Button>
        )}
      </DialogActions>
    </Form>
  );
}

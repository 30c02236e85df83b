/** The second step: an authenticator app, and the recovery codes for the day without it. */
import { useState } from "preact/hooks";
import { useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { Button } from "../kit/button.tsx";
import { dateOf, dayOf } from "../kit/dates.ts";
import { ask } from "../kit/dialog.tsx";
import { Badge, Row, Rows, Section } from "../kit/lists.tsx";
import { Status } from "../kit/notice.tsx";
import { toast } from "../kit/toast.tsx";
import { showRecoveryCodes } from "../parts/recovery-codes.tsx";
import { withRecent } from "../parts/step-up.tsx";
import { AppSetUp } from "./app-set-up.tsx";
import { type Factors, hasSecondFactor } from "./factors.ts";
import { LastFactor } from "./last-factor.tsx";
import { FEW_CODES, securityParts } from "./notices.tsx";
import { say } from "./words.ts";

interface StepProps {
  readonly factors: Factors;
  /** The service asks for a second step. */
  readonly isAsked: boolean;
  readonly reload: () => Promise<void>;
}

export function SecondStep({ factors, isAsked, reload }: StepProps) {
  return (
    <Section title={say("secondStep")} about={say("secondStepAbout")}>
      <Rows>
        <App factors={factors} isAsked={isAsked} reload={reload} />
        {hasSecondFactor(factors) && <Codes factors={factors} reload={reload} />}
      </Rows>
    </Section>
  );
}

function App({ factors, isAsked, reload }: StepProps) {
  const [opened, setOpened] = useState<"new" | "replace">();
  const { totp, passkeys } = factors;
  const turnOff = useAction({
    send: () => withRecent(() => api().removeTotp()),
    async done() {
      toast(say("appRemoved"));
      await reload();
    },
  });
  async function askFirst(): Promise<void> {
    const isSure = await ask({
      title: say("turnOffTitle"),
      text: (
        <>
          <p>{say("turnOffText")}</p>
          {passkeys === 0 && <LastFactor isAsked={isAsked} />}
        </>
      ),
      confirm: say("turnOff"),
      isDangerous: true,
    });
    if (isSure) await turnOff.run();
  }
  const used =
    totp?.lastUsedAt === null || totp?.lastUsedAt === undefined
      ? say("neverUsed")
      : say("used", { when: dayOf(totp.lastUsedAt) });
  return (
    <>
      <Row
        name={say("app")}
        ledToBy={securityParts.app}
        badges={
          totp === null ? (
            <Badge tone="plain-tag">{say("off")}</Badge>
          ) : (
            <Badge tone="good">{say("on")}</Badge>
          )
        }
        about={
          <>
            {totp === null
              ? say("appAbout")
              : `${say("since", { date: dateOf(totp.createdAt) })} · ${used}`}
            {turnOff.failure && <Status failure={turnOff.failure} />}
          </>
        }
        action={
          totp === null ? (
            <Button isLow kind="primary" of={say("ofApp")} onClick={() => setOpened("new")}>
              {say("setUp")}
            </Button>
          ) : (
            <div class="actions">
              <Button isLow of={say("ofApp")} onClick={() => setOpened("replace")}>
                {say("replace")}
              </Button>
              <Button
                isLow
                of={say("ofApp")}
                isBusy={turnOff.isBusy}
                onClick={() => void askFirst()}
              >
                {say("turnOff")}
              </Button>
            </div>
          )
        }
      />
      {opened && (
        <AppSetUp
          replaces={opened === "replace"}
          endsCodes={passkeys === 0}
          onClose={() => setOpened(undefined)}
          reload={reload}
        />
      )}
    </>
  );
}

function Codes({ factors, reload }: Omit<StepProps, "isAsked">) {
  const left = factors.recoveryCodes?.remaining ?? 0;
  const renew = useAction({
    send: () => withRecent(() => api().renewRecoveryCodes()),
    async done({ codes }) {
      await reload();
      await showRecoveryCodes(codes);
    },
  });
  async function askFirst(): Promise<void> {
    const isSure = await ask({
      title: say("renewTitle"),
      text: say("renewText"),
      confirm: say("renew"),
    });
    if (isSure) await renew.run();
  }
  const tone = left === 0 ? "bad" : left <= FEW_CODES ? "warn" : "plain-tag";
  return (
    <Row
      name={say("recoveryCodes")}
      ledToBy={securityParts.codes}
      badges={<Badge tone={tone}>{say("codesLeft", { count: left })}</Badge>}
      about={
        <>
          {say(left <= FEW_CODES ? "codesFew" : "codesAbout")}
          {renew.failure && <Status failure={renew.failure} />}
        </>
      }
      action={
        <Button
          isLow
          kind={left <= FEW_CODES ? "primary" : "plain"}
          of={say("ofCodes")}
          isBusy={renew.isBusy}
          onClick={() => void askFirst()}
        >
          {say("renew")}
        </Button>
      }
    />
  );
}

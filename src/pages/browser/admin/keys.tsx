/** The keys that sign access tokens, and the commands that change them. */
import type { Schemas } from "@portcullis/client";
import { api } from "../kit/api.ts";
import { agoOf, dateOf, dateTimeOf } from "../kit/dates.ts";
import { PageTitle } from "../kit/frame.tsx";
import { given } from "../kit/given.ts";
import { Badge, EmptyState, Row, Rows, Section } from "../kit/lists.tsx";
import { Show, useLoaded } from "../kit/loading.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { say } from "./words.ts";

type Key = Schemas["SigningKey"];

export function KeysView() {
  const keys = useLoaded(() => api().listSigningKeys());
  const { listKeys, rotateKeys } = given().commands;
  const commands = [
    { line: listKeys, about: "keysList" },
    { line: rotateKeys, about: "keysRotate" },
  ] as const;
  return (
    <>
      <PageTitle title={say("keys")} about={say("keysAbout")} />
      <Show of={keys} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState>{say("keysNone")}</EmptyState>
          ) : (
            <Rows>
              {items.map((key) => (
                <KeyRow key={key.kid} of={key} />
              ))}
            </Rows>
          )
        }
      </Show>
      <Section title={say("keysCommands")} about={say("keysCommandsAbout")}>
        <Rows>
          {commands.map(({ line, about }) => (
            <Row
              key={line}
              name={<code>{line}</code>}
              about={say(about)}
              action={<CopyButton text={line} of={line} />}
            />
          ))}
        </Rows>
      </Section>
    </>
  );
}

function KeyRow({ of: { kid, algorithm, state, createdAt, verifiesUntil } }: { readonly of: Key }) {
  const since = say("keyMade", { date: dateOf(createdAt), ago: agoOf(createdAt) });
  const until =
    verifiesUntil &&
    say(state === "expired" ? "keyExpired" : "keyUntil", { date: dateTimeOf(verifiesUntil) });
  return (
    <Row
      name={<code>{kid}</code>}
      badges={<Badge tone={tones[state]}>{say(`key_${state}`)}</Badge>}
      about={[algorithm, since, until].filter(Boolean).join(" · ")}
    />
  );
}

const tones = { signing: "good", verifying: "warn", expired: "plain-tag" } as const;

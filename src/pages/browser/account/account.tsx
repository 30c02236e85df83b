/** The account of whoever is signed in: its sections, and what stands in their place while nobody is. */
import type { Schemas } from "@portcullis/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { accountSections } from "../../entries.ts";
import { maybeSignedIn } from "../kit/api.ts";
import { PageTitle, Shell } from "../kit/frame.tsx";
import { Routes } from "../kit/router.tsx";
import { useSession } from "../kit/session.ts";
import { NotFound } from "../kit/start.tsx";
import { type AddressChange, useAddressChange } from "./address-change.ts";
import { isEnrolling, useFactors } from "./factors.ts";
import { Goodbye, SignedOut, Unknown } from "./gates.tsx";
import { History } from "./history.tsx";
import { Leave } from "./leave.tsx";
import { EnrolmentNotice, RecoveryNotice } from "./notices.tsx";
import { Security } from "./security.tsx";
import { Sessions } from "./sessions.tsx";
import { say } from "./words.ts";
import { You } from "./you.tsx";

export function Account() {
  // Where the readable cookie is missing nobody is signed in, and nothing has to be asked.
  const [mayBe] = useState(maybeSignedIn);
  return mayBe ? <Known /> : <SignedOut />;
}

function Known() {
  const state = useSession();
  const [hasLeft, setLeft] = useState(false);
  if (hasLeft) return <Goodbye />;
  if (state.status !== "signed_in") return state.status === "unknown" ? <Unknown /> : <SignedOut />;
  return <Sections key={state.user.id} user={state.user} onLeft={() => setLeft(true)} />;
}

function Sections({
  user,
  onLeft,
}: {
  readonly user: Schemas["User"];
  readonly onLeft: () => void;
}) {
  const factors = useFactors();
  const change: AddressChange = useAddressChange(user);
  const mustEnrol = isEnrolling(user, factors.data);
  const section = (
    title: string,
    about: string,
    view: () => ComponentChildren,
    {
      isOpenToAll = false,
      notice = <RecoveryNotice factors={factors.data} />,
    }: { readonly isOpenToAll?: boolean; readonly notice?: ComponentChildren } = {},
  ) => (
    <>
      <PageTitle title={title} about={about} />
      {mustEnrol ? <EnrolmentNotice /> : notice}
      {(isOpenToAll || !mustEnrol) && view()}
    </>
  );
  return (
    <Shell
      label={say("sections")}
      who={user.email}
      navigation={[
        { to: accountSections.you, label: say("you") },
        { to: accountSections.security, label: say("security") },
        { to: accountSections.sessions, label: say("sessions") },
        { to: accountSections.history, label: say("history") },
        { to: accountSections.leave, label: say("leave") },
      ]}
    >
      <Routes
        routes={{
          [accountSections.you]: () =>
            section(say("you"), say("youAbout"), () => (
              <You user={user} factors={factors.data} change={change} />
            )),
          [accountSections.security]: () =>
            section(
              say("security"),
              say("securityAbout"),
              () => <Security user={user} factors={factors} mustEnrol={mustEnrol} />,
              { isOpenToAll: true },
            ),
          [accountSections.sessions]: () =>
            section(say("sessions"), say("sessionsAbout"), () => <Sessions />),
          [accountSections.history]: () =>
            section(
              say("history"),
              say("historyAbout"),
              () => <History user={user} factors={factors} />,
              { notice: null },
            ),
          [accountSections.leave]: () =>
            section(say("deleteTitle"), say("leaveAbout"), () => (
              <Leave user={user} factors={factors} onLeft={onLeft} />
            )),
        }}
        otherwise={() => (
          <>
            <PageTitle title={say("notFoundTitle")} />
            <NotFound />
          </>
        )}
      />
    </Shell>
  );
}

/** The console of administrators. Whoever is none sees nothing of it, and nothing is asked for them (PG-08). */
import { consoleSections } from "../../entries.ts";
import { useEffect, useRef } from "preact/hooks";
import { pagePaths } from "../../../contract/page-paths.ts";
import { maybeSignedIn } from "../kit/api.ts";
import { Gate, PageTitle, Shell, SignOut } from "../kit/frame.tsx";
import { given } from "../kit/given.ts";
import { Loading } from "../kit/loading.tsx";
import { signInPath } from "../kit/route.ts";
import { href, leaveFor, Link, Routes, usePlace } from "../kit/router.tsx";
import { session, useSession } from "../kit/session.ts";
import { EventsView } from "./events.tsx";
import { KeysView } from "./keys.tsx";
import { Overview } from "./overview.tsx";
import { SettingsView } from "./settings.tsx";
import { UserView } from "./user.tsx";
import { UsersView } from "./users.tsx";
import { say } from "./words.ts";

export function Console() {
  return maybeSignedIn() ? <ForAccount /> : <ToSignIn />;
}

function ForAccount() {
  const { status, user } = useSession();
  const { path } = usePlace();
  const isFirst = useRef(true);
  // The role may have been taken meanwhile: each view asks again.
  useEffect(() => {
    if (!isFirst.current) void session().refresh();
    isFirst.current = false;
  }, [path]);
  if (status === "unknown") return <Loading />;
  if (user === undefined) return <ToSignIn />;
  return user.role === "admin" ? <ForAdministrator email={user.email} /> : <NotForYou />;
}

function ForAdministrator({ email }: { readonly email: string }) {
  return (
    <Shell
      label={say("navigation")}
      who={email}
      navigation={[
        { to: consoleSections.overview, label: say("overview") },
        { to: consoleSections.users, label: say("users"), also: [consoleSections.user] },
        { to: consoleSections.events, label: say("events") },
        { to: consoleSections.keys, label: say("keys") },
        { to: consoleSections.settings, label: say("settings") },
      ]}
    >
      <Routes
        routes={{
          [consoleSections.overview]: () => <Overview key="overview" />,
          [consoleSections.users]: () => <UsersView key="users" />,
          [consoleSections.user]: ({ userId = "" }) => <UserView key={userId} id={userId} />,
          [consoleSections.events]: () => <EventsView key="events" />,
          [consoleSections.keys]: () => <KeysView key="keys" />,
          [consoleSections.settings]: () => <SettingsView key="settings" />,
        }}
        otherwise={() => (
          <>
            <PageTitle title={say("notFoundTitle")} about={say("notFound")} />
            <p>
              <Link to={consoleSections.overview}>{say("toOverview")}</Link>
            </p>
          </>
        )}
      />
    </Shell>
  );
}

function NotForYou() {
  return (
    <Gate title={say("notForYouTitle")} about={say("notForYou")}>
      <div class="actions">
        {given().hasPages && (
          <Link class="button primary" to={pagePaths.account}>
            {say("toAccount")}
          </Link>
        )}
        <SignOut />
      </div>
    </Gate>
  );
}

/** Leads to the sign-in, and back to this view. */
function ToSignIn() {
  const { path } = usePlace();
  const { hasPages } = given();
  useEffect(() => {
    if (!hasPages) return;
    leaveFor(signInPath(href(path) + location.search), { replace: true });
  }, []);
  if (hasPages) return <Loading />;
  return <Gate title={say("signedOutTitle")} about={say("signedOut")} />;
}

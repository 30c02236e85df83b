/** One account: what is known of it, and what can be done. */
import { consoleSections } from "../../entries.ts";
import type { Schemas } from "@portcullis/client";
import { useState } from "preact/hooks";
import { api } from "../kit/api.ts";
import { agoOf, dateTimeOf } from "../kit/dates.ts";
import { PageTitle } from "../kit/frame.tsx";
import { Card } from "../kit/lists.tsx";
import { Loading, useLoaded } from "../kit/loading.tsx";
import { Status } from "../kit/notice.tsx";
import { Link } from "../kit/router.tsx";
import { useSession } from "../kit/session.ts";
import { learnName } from "./names.ts";
import { UserActions } from "./user-actions.tsx";
import { UserFactors } from "./user-factors.tsx";
import { UserAttempts, UserHistory } from "./user-history.tsx";
import { UserSessions } from "./user-sessions.tsx";
import { isLocked, UserBadges } from "./users.tsx";
import { say } from "./words.ts";

type User = Schemas["UserDetails"];

export function UserView({ id }: { readonly id: string }) {
  const user = useLoaded(() => api().getUser({ userId: id }));
  const { user: me } = useSession();
  const { data, failure } = user;
  /** Changes of any kind; and those after which the factors have to ask anew: after their own, they have. */
  const [changes, setChanges] = useState(0);
  const [accountChanges, setAccountChanges] = useState(0);
  if (data === undefined) {
    if (failure === null) return <Loading rows={3} />;
    const isGone = failure.code === "not_found" || failure.code === "validation_failed";
    return (
      <>
        <PageTitle title={say(isGone ? "userGoneTitle" : "user")} />
        {isGone ? <p>{say("userGone")}</p> : <Status failure={failure} />}
        <p>
          <Link to={consoleSections.users}>{say("toUsers")}</Link>
        </p>
      </>
    );
  }
  learnName(data.id, data.email);
  const isMe = me?.id === id;
  // A change may have ended sessions and removed factors: they are asked for anew.
  const changed = (now: User) => {
    user.put(now);
    setChanges(changes + 1);
    setAccountChanges(accountChanges + 1);
  };
  return (
    <>
      <div class="tight">
        <p class="small">
          <Link to={consoleSections.users}>{say("toUsers")}</Link>
        </p>
        <PageTitle
          title={data.email}
          documentTitle={say("user")}
          about={
            <span class="badges">
              {data.name !== null && <span>{data.name}</span>}
              <UserBadges user={data} />
            </span>
          }
        />
      </div>
      <Facts user={data} />
      <UserAttempts id={id} changes={changes} />
      <UserActions user={data} isMe={isMe} onChange={changed} />
      <UserSessions key={`sessions ${changes}`} id={id} email={data.email} isMe={isMe} />
      <UserFactors
        key={`factors ${accountChanges}`}
        user={data}
        isMe={isMe}
        onChange={() => setChanges(changes + 1)}
      />
      <UserHistory id={id} />
    </>
  );
}

function Facts({ user }: { readonly user: User }) {
  return (
    <Card>
      <dl class="facts padded">
        <dt>{say("factCreated")}</dt>
        <dd>
          {dateTimeOf(user.createdAt)} <span class="quiet">({agoOf(user.createdAt)})</span>
        </dd>
        <dt>{say("factLastSignIn")}</dt>
        <dd>
          {user.lastLoginAt === null ? (
            say("never")
          ) : (
            <>
              {dateTimeOf(user.lastLoginAt)} <span class="quiet">({agoOf(user.lastLoginAt)})</span>
            </>
          )}
        </dd>
        {isLocked(user) && (
          <>
            <dt>{say("factLocked")}</dt>
            <dd>{dateTimeOf(user.lockedUntil)}</dd>
          </>
        )}
        <dt>{say("factId")}</dt>
        <dd>
          <code>{user.id}</code>
        </dd>
      </dl>
    </Card>
  );
}

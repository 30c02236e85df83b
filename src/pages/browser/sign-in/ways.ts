/** Ways to sign in, each from a press to the session or to the second step. */
import { isPending, type LoginPending, type Schemas } from "@portcullis/client";
import { pagePaths } from "../../../contract/page-paths.ts";
import { type Action, useAction } from "../kit/action.ts";
import { api } from "../kit/api.ts";
import { navigate, usePlace } from "../kit/router.tsx";
import { onTheWay } from "./destination.ts";
import { type Mailed, pendingFrom, useJourney } from "./journey.ts";

type SignedIn = Pick<Schemas["Session"], "user">;

/** Leads on after a first step, or to the second. `replace`: what proved it is spent, so Back should not offer it. */
export function useFirstStep({ replace = false } = {}) {
  const { change } = useJourney();
  const { query } = usePlace();
  return (data: SignedIn | LoginPending, email?: string): void => {
    if (!isPending(data))
      return void change({ arrived: { user: data.user, by: "other" }, word: undefined });
    change({ pending: pendingFrom(data, email), word: undefined });
    navigate(onTheWay(pagePaths.signIn, query, { view: "second" }), { replace });
  };
}

/** Leads to where the code of a mail is typed. */
export function useMailed() {
  const { query } = usePlace();
  const { change } = useJourney();
  return ({ email, started }: Mailed): void => {
    change({ email, mailed: { email, started }, word: undefined });
    navigate(onTheWay(pagePaths.signIn, query, { view: "code" }));
  };
}

/** Mails a code, and leads to where it is typed. */
export function useMailCode(wrongAddress: (says: string) => void): Action<[email: string]> {
  const onward = useMailed();
  return useAction({
    send: (email: string) => api().startMailLogin({ email }),
    fields: ["email"],
    done: (started, email) => onward({ email, started }),
    told({ fields: { email } }) {
      if (email === undefined) return undefined;
      wrongAddress(email);
      return null;
    },
  });
}

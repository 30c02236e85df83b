/** A sign-in with what somebody has just signed up with. */
import { pagePaths } from "../../../contract/page-paths.ts";
import { api } from "../kit/api.ts";
import { navigate, usePlace } from "../kit/router.tsx";
import { onTheWay } from "./destination.ts";
import { useJourney } from "./journey.ts";
import { useFirstStep } from "./ways.ts";

/** Signs in, and leads on. Where it does not work, the account is there all the same: the first page says so, and asks. */
export function useSignInAnew() {
  const { query } = usePlace();
  const { change } = useJourney();
  const onward = useFirstStep({ replace: true });
  return async (credentials: { readonly email: string; readonly password: string }) => {
    const { email } = credentials;
    change({ email, signup: undefined });
    const login = await api().login(credentials);
    if (login.ok) return void onward(login.data, email);
    change({ word: "newAccount" });
    navigate(onTheWay(pagePaths.signIn, query), { replace: true });
  };
}

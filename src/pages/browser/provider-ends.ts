/** The ends of a flow with a provider, each told where it is to be heard: on the page, to the window's opener, to an application. */
import { element } from "./element.ts";
import { given } from "./given.ts";
import { end, type Told } from "./link-form.ts";
import { readMe } from "./me.ts";
import { type Problem, sentenceOf } from "./problem.ts";
import { type Arrival, handTo, isOurs, keepHere, leaveTo, tellOpener } from "./provider-arrival.ts";
import { finalSentence, nothingLeft } from "./provider-sentences.ts";

const { id, name, names, ...paths } = given("provider");

/** It is done: tells the opener, or leads on to `returnTo` where that is on our origin, or says so. */
export function goOn(
  { state, flow }: Arrival,
  outcome: "signed-in" | "linked",
  says: string,
  returnTo: string | null,
): Told | Promise<never> {
  if (flow.isPopup) tellOpener(names.channel, { state, outcome });
  else if (returnTo !== null && isOurs(returnTo)) return leaveTo(returnTo);
  showOnward();
  return { kind: "done", says };
}

/** Tells of a problem that is not about a proof of the second step. */
export function refused(came: Arrival, problem: Problem): Told {
  const says = finalSentence(name, problem);
  if (says === undefined) return { kind: "again", says: sentenceOf(problem) };
  return over(came, says, { code: problem.code });
}

/** Nobody is let in, and there is nothing to try again. */
function over(
  { state, flow }: Arrival,
  says: string,
  why: { readonly code: Problem["code"]; readonly linkToken?: string },
): Told {
  if (flow.isPopup) tellOpener(names.channel, { state, outcome: "failed", ...why });
  showOnward();
  return { kind: "over", says };
}

/** There is an account, which is to be signed in to first. Whoever asks for that gets what links afterwards (FD-09). */
export function collide(
  came: Arrival,
  problem: Extract<Problem, { code: "identity_collision" }>,
): Told | Promise<never> {
  const { code, linkToken, returnTo } = problem;
  if (returnTo !== null && !isOurs(returnTo))
    return handTo(returnTo, { provider: id, state: came.state, linkToken });
  keepHere(names.linkKey, linkToken);
  const told = over(came, finalSentence(name, problem) ?? problem.detail, { code, linkToken });
  if (returnTo !== null) {
    const onward = element(".onward a", HTMLAnchorElement);
    onward.href = returnTo;
    onward.textContent = "Go on"; // that is no start page
  }
  return told;
}

/** There was nothing to send, as after a reload. */
export async function tellNothing(): Promise<void> {
  const told = await orSignedIn({ kind: "over", says: nothingLeft(name) });
  showOnward();
  end(undefined, told);
}

/** Back and reload come here after a success as well: then the account says so. */
export async function orSignedIn(told: Told): Promise<Told> {
  const me = await readMe(paths).catch(() => null);
  if (me === null) return told;
  const says = `You are signed in as ${me.email}. If you want to be somebody else, start again.`;
  return { kind: "done", says };
}

function showOnward(): void {
  element(".onward", HTMLElement).hidden = false;
}

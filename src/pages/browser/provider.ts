/**
 * The script of the page that a provider leads back to: sends what came back, and goes on. A login is finished here by
 * cookies, its second factor asked for, unless it goes on to an application's own origin: that finishes it itself.
 */
import type { CookieSession, ProviderLoginPending } from "./answers.ts";
import { readCookie } from "./cookie.ts";
import { element } from "./element.ts";
import { given } from "./given.ts";
import { post, startForm, type Told } from "./link-form.ts";
import type { Problem } from "./problem.ts";
import { type Arrival, handTo, isOurs, takeArrival } from "./provider-arrival.ts";
import { collide, goOn, orSignedIn, refused, tellNothing } from "./provider-ends.ts";
import { nowLinked } from "./provider-sentences.ts";
import { startSecondStep } from "./second-step.ts";

const { id, name, names, linkPrefix, ...paths } = given("provider");
const arrival = takeArrival(names.flowKey);

/** The first step's answer. Kept, so that the second can be tried again: the code is spent. */
let pending: ProviderLoginPending | undefined;

if (arrival === undefined) void tellNothing();
else start(arrival);

function start(came: Arrival): void {
  const isLink = came.state.startsWith(linkPrefix);
  if (isLink) retitle(`Link ${name}`);
  const form = element(".first-step", HTMLFormElement);
  const send = () => (isLink ? link(came) : signIn(came)).finally(showTryAgain);
  startForm(form, send);
  form.requestSubmit(); // the person has pressed a button at the provider: the one here is for a second try
}

async function signIn(came: Arrival): Promise<Told | "onward"> {
  if (pending === undefined) {
    const { response, problem } = await post(paths.complete, bodyOf(came));
    if (problem?.code === "identity_collision") return collide(came, problem);
    if (problem?.code === "invalid_challenge") return orSignedIn(refused(came, problem));
    if (problem !== undefined) return refused(came, problem);
    pending = (await response.json()) as ProviderLoginPending; // the contract's answer
  }
  const { returnTo } = pending;
  return returnTo === null || isOurs(returnTo)
    ? finishHere(came, pending)
    : handTo(returnTo, {
        provider: id,
        state: came.state,
        loginToken: pending.loginToken,
        secondFactors: pending.secondFactors.join(","),
        expiresInSeconds: String(pending.expiresInSeconds),
      });
}

async function finishHere(came: Arrival, half: ProviderLoginPending): Promise<Told | "onward"> {
  const { loginToken, secondFactors, returnTo } = half;
  const finish = async (proof: Readonly<Record<string, unknown>>): Promise<Told | Problem> => {
    const { response, problem } = await post(paths.finish, { loginToken, ...proof });
    if (problem !== undefined) return problem;
    const { user } = (await response.json()) as CookieSession; // the contract's answer
    return goOn(came, "signed-in", `You are signed in as ${user.email}.`, returnTo);
  };
  const refusedFinish = (problem: Problem) => refused(came, problem);
  if (secondFactors.length > 0)
    return startSecondStep({
      pending: half,
      passkeyPath: paths.passkey,
      finish,
      refused: refusedFinish,
    });
  const outcome = await finish({ method: "none" });
  return "kind" in outcome ? outcome : refusedFinish(outcome);
}

async function link(came: Arrival): Promise<Told> {
  const proof = readCookie(paths.csrfCookie) ?? ""; // without it the server says what is missing
  const { problem } = await post(paths.link, bodyOf(came), { [paths.csrfHeader]: proof });
  if (problem !== undefined) return refused(came, problem);
  return goOn(came, "linked", nowLinked(name), came.flow.returnTo ?? null);
}

function bodyOf({ state, came, iss, flow }: Arrival): Readonly<Record<string, unknown>> {
  return { state, ...came, iss, challengeToken: flow.challengeToken };
}

function showTryAgain(): void {
  element(".waiting", HTMLElement).hidden = true;
  element(".first-step .primary", HTMLElement).hidden = false;
}

function retitle(title: string): void {
  const heading = element("h1", HTMLElement);
  document.title = document.title.replace(heading.textContent, () => title);
  heading.textContent = title;
}

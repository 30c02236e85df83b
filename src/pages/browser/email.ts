/** The script of `/email`: confirms an address, changes it, or takes a change back, by what the link carries. */
import type { Account } from "./answers.ts";
import { readCookie } from "./cookie.ts";
import { element } from "./element.ts";
import { given } from "./given.ts";
import { takeLink } from "./link.ts";
import { end, endIncomplete, post, refused, startForm, tell, type Told } from "./link-form.ts";
import { readMe } from "./me.ts";

const link = takeLink();
const token = link.get("token");
const change = link.get("change");
const undo = link.get("undo");
const paths = given("email");

/** One of the two links that need the session of the browser. */
interface OwnLink {
  readonly path: string;
  readonly token: string;
  /** The sentence for a success, by the account as it is now. */
  readonly done: (me: Account) => string;
  /** There is nothing left to do for the account. */
  readonly isDone: (me: Account) => boolean;
  readonly noLongerGood: string;
}

if (token)
  startOwn("verify", {
    path: paths.verify,
    token,
    done: ({ email }) => `The address ${email} is confirmed. There is nothing more to do.`,
    isDone: ({ emailVerified }) => emailVerified,
    noLongerGood:
      "This link is no longer good here: it was used, it is too old, a later one has taken its place, or it is of another account than the one signed in. Ask for a new mail where you use your account.",
  });
else if (change)
  startOwn("change", {
    path: paths.change,
    token: change,
    done: ({ email }) =>
      `The address of your account is ${email} now. The old one got a mail about it, with a link to take the change back.`,
    isDone: () => false,
    noLongerGood:
      "This link is no longer good here: it was used, it is too old, a later one has taken its place, or it is of another account than the one signed in. Look at the address of your account; if it is the old one, change it again there.",
  });
else if (undo) startUndo(undo);
else endIncomplete();

const SIGNED_OUT =
  "You are not signed in in this browser. Open the link in the browser where you are, or type the code of the mail in the application. Or sign in here, in another tab, and press the button again.";

function startOwn(name: string, own: OwnLink): void {
  const form = show(name);
  startForm(form, () => send(own));
  void greet(form, own);
}

/** Says who is signed in, before anything is pressed. Where that cannot be known now, pressing will tell. */
async function greet(form: HTMLFormElement, own: OwnLink): Promise<void> {
  const me = await readMe(paths).catch(() => undefined);
  if (me === null) tell(SIGNED_OUT, "again");
  else if (me && own.isDone(me)) end(form, { kind: "done", says: own.done(me) });
  else if (me)
    element(`#${form.parentElement?.id} .who`, HTMLElement).textContent =
      `Signed in as ${me.email}.`;
}

async function send(own: OwnLink): Promise<Told> {
  const { csrfCookie, csrfHeader } = paths;
  const proof = readCookie(csrfCookie);
  if (proof === undefined) return { kind: "again", says: SIGNED_OUT };
  const { problem } = await post(own.path, { token: own.token }, { [csrfHeader]: proof });
  if (problem?.code === "unauthenticated" || problem?.code === "csrf_rejected")
    return { kind: "again", says: SIGNED_OUT };
  const isSpent = problem?.code === "invalid_challenge";
  if (problem !== undefined && !isSpent) return refused(problem, own.noLongerGood);
  const me = await readMe(paths);
  // The link was used before, in another tab or by a press whose answer got lost: the account says so.
  if (me && (!isSpent || own.isDone(me))) return { kind: "done", says: own.done(me) };
  return { kind: "over", says: own.noLongerGood };
}

/**
 * The token alone takes a change back, and ends whatever the account has. Mail scanners press buttons and tick boxes, in
 * any order, so neither is enough: an answer is chosen from a list, which no click on the page alone can do (CH-07).
 */
function startUndo(undoToken: string): void {
  const form = show("undo");
  const answer = element("#answer", HTMLSelectElement);
  startForm(form, async () => {
    if (answer.value !== "no")
      return { kind: "done", says: "Then there is nothing to do. Nothing was changed." };
    const { problem } = await post(paths.undo, { token: undoToken });
    if (problem !== undefined) return refused(problem, UNDO_OVER);
    return {
      kind: "done",
      says: "Your account has its old address again. It is signed out everywhere, and its password is void. Ask for a new password next, where you sign in.",
    };
  });
}

const UNDO_OVER =
  "This link is no longer good: the change was taken back already, or the link is too old. If you cannot get into your account, ask for a new password where you sign in, or turn to whoever runs this service.";

/** Shows the part of the page for this kind of link, and answers its form. */
function show(name: string): HTMLFormElement {
  element("#other", HTMLElement).hidden = true;
  element(`#${name}`, HTMLElement).hidden = false;
  return element(`#${name} form`, HTMLFormElement);
}

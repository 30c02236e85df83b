// Built by `npm run pages` from src/pages/browser/email.ts. Do not edit.
// src/pages/browser/cookie.ts
/** Reads a cookie that scripts may see; undefined where there is none, or an empty one. */
function readCookie(name) {
	const start = `${name}=`;
	return document.cookie.split("; ").find((cookie) => cookie.startsWith(start))?.slice(start.length) || void 0;
}
// src/pages/browser/element.ts
/** Finds the one element of the page that the selector names. Throws where there is none of that kind. */
function element(selector, kind) {
	const found = document.querySelector(selector);
	if (found instanceof kind) return found;
	throw new Error(`The page has no ${kind.name} at ${selector}`);
}
// src/pages/browser/given.ts
/** Reads the values that the server wrote into the page of this name. Throws where it wrote none. */
function given(page) {
	const text = document.body.dataset[page];
	if (text === void 0) throw new Error(`The page was given nothing for ${page}`);
	return JSON.parse(text);
}
// src/pages/browser/link.ts
/**
* Takes what the link of a mail carries out of the address bar, and so out of the history, before anything else.
* Empty where there is nothing, as after a reload.
*/
function takeLink() {
	const values = new URLSearchParams(location.hash.slice(1));
	history.replaceState(null, "", location.pathname);
	addEventListener("hashchange", () => location.reload());
	return values;
}
const INCOMPLETE = "This link is not complete, or this page was loaded again. Open the link in the mail again.";
// src/pages/browser/problem.ts
/** Reads the body of an answer that is no success. Rejects where it is no JSON, as from a proxy. */
async function readProblem(response) {
	return await response.json();
}
/** Says a problem in the contract's words, with when to try again, or with what to tell the operator. */
function sentenceOf(problem) {
	if (problem.code === "internal_error") return `${problem.detail} ${problem.requestId}`;
	if (!("retryAfterSeconds" in problem)) return problem.detail;
	const { detail, retryAfterSeconds: seconds } = problem;
	const isLong = seconds > MINUTE_SECONDS;
	const unit = isLong ? "minute" : "second";
	return `${detail} Try again in ${new Intl.NumberFormat("en", {
		style: "unit",
		unit,
		unitDisplay: "long"
	}).format(isLong ? Math.ceil(seconds / MINUTE_SECONDS) : seconds)}.`;
}
const MINUTE_SECONDS = 60;
// src/pages/browser/link-form.ts
/** The form of a page that a link of a mail leads to: sends once per press, and tells how it went. */
/** Shows the form. `send` rejects where the server cannot be reached; `onward`: another form takes its place. */
function startForm(form, send) {
	const button = form.querySelector("button.primary");
	let isSending = false;
	form.hidden = false;
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		if (!isSending) attempt();
	});
	async function attempt() {
		setSending(true);
		tell("", "again");
		const told = await send().catch(() => ({
			kind: "again",
			says: UNREACHABLE
		}));
		setSending(false);
		if (told === "onward") form.hidden = true;
		else if (told.kind === "again") tell(told.says, told.kind);
		else end(form, told);
	}
	/** Leaves the button enabled: a disabled one would lose the focus. */
	function setSending(value) {
		isSending = value;
		button?.toggleAttribute("aria-busy", value);
		button?.setAttribute("aria-disabled", String(value));
	}
}
const UNREACHABLE = "The server could not be reached. Try again.";
/** Leaves nothing of the form but the sentence: with this link there is nothing more to do. */
function end(form, { kind, says }) {
	const hadFocus = form?.contains(document.activeElement) ?? false;
	if (form !== void 0) form.hidden = true;
	const status = tell(says, kind);
	if (!hadFocus) return;
	status.tabIndex = -1;
	status.focus();
}
/** Says it where it is announced. */
function tell(says, kind) {
	const status = element("[role=status]", HTMLElement);
	status.className = kind === "done" ? "good" : "bad";
	status.textContent = says;
	return status;
}
/** Tells that there is nothing in the link to send. */
function endIncomplete() {
	end(void 0, {
		kind: "over",
		says: INCOMPLETE
	});
}
/** Sends JSON. `problem` is undefined where it was done. Rejects where no answer of this server came. */
async function post(path, body, headers = {}) {
	const response = await fetch(path, {
		method: "POST",
		headers: {
			"content-type": "application/json",
			...headers
		},
		body: JSON.stringify(body)
	});
	return {
		response,
		problem: response.ok ? void 0 : await readProblem(response)
	};
}
/** Tells of a refusal, for every page. `noLongerGood` says what to do where the link is spent. */
function refused(problem, noLongerGood) {
	const { code } = problem;
	if (code === "invalid_challenge" || code === "invalid_reset_token") return {
		kind: "over",
		says: noLongerGood
	};
	if (code === "validation_failed") return {
		kind: "over",
		says: INCOMPLETE
	};
	return {
		kind: "again",
		says: sentenceOf(problem)
	};
}
// src/pages/browser/me.ts
/** Reads the account of the browser's session; null where there is no session. Does not ask without its cookie. */
async function readMe(paths) {
	if (readCookie(paths.csrfCookie) === void 0) return null;
	const response = await fetch(paths.me);
	if (response.ok) return await response.json();
	const { code, detail } = await readProblem(response);
	if (code === "unauthenticated") return null;
	throw new Error(detail);
}
// src/pages/browser/email.ts
const link = takeLink();
const token = link.get("token");
const change = link.get("change");
const undo = link.get("undo");
const paths = given("email");
if (token) startOwn("verify", {
	path: paths.verify,
	token,
	done: ({ email }) => `The address ${email} is confirmed. There is nothing more to do.`,
	isDone: ({ emailVerified }) => emailVerified,
	noLongerGood: "This link is no longer good here: it was used, it is too old, a later one has taken its place, or it is of another account than the one signed in. Ask for a new mail where you use your account."
});
else if (change) startOwn("change", {
	path: paths.change,
	token: change,
	done: ({ email }) => `The address of your account is ${email} now. The old one got a mail about it, with a link to take the change back.`,
	isDone: () => false,
	noLongerGood: "This link is no longer good here: it was used, it is too old, a later one has taken its place, or it is of another account than the one signed in. Look at the address of your account; if it is the old one, change it again there."
});
else if (undo) startUndo(undo);
else endIncomplete();
const SIGNED_OUT = "You are not signed in in this browser. Open the link in the browser where you are, or type the code of the mail in the application. Or sign in here, in another tab, and press the button again.";
function startOwn(name, own) {
	const form = show(name);
	startForm(form, () => send(own));
	greet(form, own);
}
/** Says who is signed in, before anything is pressed. Where that cannot be known now, pressing will tell. */
async function greet(form, own) {
	const me = await readMe(paths).catch(() => void 0);
	if (me === null) tell(SIGNED_OUT, "again");
	else if (me && own.isDone(me)) end(form, {
		kind: "done",
		says: own.done(me)
	});
	else if (me) element(`#${form.parentElement?.id} .who`, HTMLElement).textContent = `Signed in as ${me.email}.`;
}
async function send(own) {
	const { csrfCookie, csrfHeader } = paths;
	const proof = readCookie(csrfCookie);
	if (proof === void 0) return {
		kind: "again",
		says: SIGNED_OUT
	};
	const { problem } = await post(own.path, { token: own.token }, { [csrfHeader]: proof });
	if (problem?.code === "unauthenticated" || problem?.code === "csrf_rejected") return {
		kind: "again",
		says: SIGNED_OUT
	};
	const isSpent = problem?.code === "invalid_challenge";
	if (problem !== void 0 && !isSpent) return refused(problem, own.noLongerGood);
	const me = await readMe(paths);
	if (me && (!isSpent || own.isDone(me))) return {
		kind: "done",
		says: own.done(me)
	};
	return {
		kind: "over",
		says: own.noLongerGood
	};
}
/**
* The token alone takes a change back, and ends whatever the account has. Mail scanners press buttons and tick boxes, in
* any order, so neither is enough: an answer is chosen from a list, which no click on the page alone can do (CH-07).
*/
function startUndo(undoToken) {
	const form = show("undo");
	const answer = element("#answer", HTMLSelectElement);
	startForm(form, async () => {
		if (answer.value !== "no") return {
			kind: "done",
			says: "Then there is nothing to do. Nothing was changed."
		};
		const { problem } = await post(paths.undo, { token: undoToken });
		if (problem !== void 0) return refused(problem, UNDO_OVER);
		return {
			kind: "done",
			says: "Your account has its old address again. It is signed out everywhere, and its password is void. Ask for a new password next, where you sign in."
		};
	});
}
const UNDO_OVER = "This link is no longer good: the change was taken back already, or the link is too old. If you cannot get into your account, ask for a new password where you sign in, or turn to whoever runs this service.";
/** Shows the part of the page for this kind of link, and answers its form. */
function show(name) {
	element("#other", HTMLElement).hidden = true;
	element(`#${name}`, HTMLElement).hidden = false;
	return element(`#${name} form`, HTMLFormElement);
}

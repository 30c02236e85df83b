// Built by `npm run pages` from src/pages/browser/provider.ts. Do not edit.
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
// src/pages/browser/provider-arrival.ts
/**
* Takes the answer out of the address bar, and so out of the history, before anything else (FD-13). Undefined where there
* is none, or not exactly one: of two values of a name nobody can say which one counts (RFC 6749 §3.1, FD-19). Whatever
* else a provider adds is left: its sentences are no words of this page. `flowKey` stands before the state, in the storage.
*/
function takeArrival(flowKey) {
	const query = new URLSearchParams(location.search);
	history.replaceState(null, "", location.pathname);
	const names = [
		"state",
		"code",
		"error",
		"iss"
	];
	if (names.some((name) => query.getAll(name).length > 1)) return void 0;
	const [state, code, error, iss] = names.map((name) => query.get(name) || void 0);
	if (state === void 0 || code === void 0 === (error === void 0)) return void 0;
	return {
		state,
		came: code === void 0 ? { error: error ?? "" } : { code },
		iss,
		flow: takeFlow(flowKey + state)
	};
}
function takeFlow(key) {
	try {
		const kept = sessionStorage.getItem(key);
		sessionStorage.removeItem(key);
		return kept === null ? {} : JSON.parse(kept);
	} catch {
		return {};
	}
}
/** Keeps a text for a page of this origin that comes later in this window. Without storage there is none. */
function keepHere(key, text) {
	try {
		sessionStorage.setItem(key, text);
	} catch {}
}
/** Leads on, in place of this page: Back does not come here. Never resolves, so that the page stays as it waits. */
function leaveTo(url) {
	location.replace(url);
	return new Promise(() => void 0);
}
/** Hands what an application is to finish to its own page. Fragments reach neither a server nor a `Referer`. */
function handTo(returnTo, parameters) {
	const url = new URL(returnTo);
	url.hash = new URLSearchParams(parameters).toString();
	return leaveTo(url.href);
}
function isOurs(url) {
	return new URL(url, location.href).origin === location.origin;
}
/** Tells the page that opened this window, and closes it. A browser that does not close it leaves the words on it. */
function tellOpener(channel, message) {
	new BroadcastChannel(channel).postMessage(message);
	close();
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
// src/pages/browser/provider-sentences.ts
const START_AGAIN = "Start again, on the page on which you began.";
/**
* Says why nobody is let in, or nothing was linked; undefined where the same may be tried again. A new problem of
* providers does not compile until it is here.
*/
function finalSentence(name, problem) {
	const linkIt = `If you have an account, sign in another way, and link ${name} to it.`;
	const incomplete = nothingLeft(name);
	const signedOut = `You are not signed in in this browser any more, so ${name} was not linked. Sign in, and start again.`;
	const invalidAnswer = `The answer of ${name} is not what it must be, so it was not believed. Start again. If it stays so, tell the people who run this service.`;
	const denied = `Nothing was done: it was cancelled at ${name}, or your account here may not sign in now. ${START_AGAIN}`;
	return {
		provider_denied: problem.code === "provider_denied" && problem.reason === "invalid_answer" ? invalidAnswer : denied,
		provider_unavailable: `${name} does not answer now. Wait a little and start again, or sign in another way.`,
		provider_email_unverified: `${name} does not say that your address is yours, and no account here is linked to this sign-in. Prove the address at ${name}, and start again. ${linkIt}`,
		signup_closed: `No account here is linked to this sign-in, and none is made for it. ${linkIt}`,
		email_taken: `No account can be made with the address that ${name} has for you. ${linkIt}`,
		identity_collision: `There is an account here with the address that ${name} has for you. Sign in to it as you did before, and link ${name} there. From then on ${name} signs you in.`,
		identity_taken: `This sign-in at ${name} is linked to another account here, or your account is linked to another sign-in at ${name}. Remove that link, and start again.`,
		not_found: `Nobody can sign in with ${name} here any more. Sign in another way.`,
		invalid_challenge: `This did not begin in this browser, or it was used, or it is too old. ${START_AGAIN}`,
		validation_failed: incomplete,
		csrf_rejected: signedOut,
		unauthenticated: signedOut,
		reauthentication_required: `You signed in too long ago to link ${name}. Prove again who you are where you use your account, and start again there.`,
		invalid_login_token: `The sign-in took too long, was tried too often, or your account has changed meanwhile. ${START_AGAIN}`
	}[problem.code];
}
function nothingLeft(name) {
	return `Nothing is left here of what ${name} answered: this page was loaded again, or its address is not complete. ${START_AGAIN}`;
}
function nowLinked(name) {
	return `${name} is linked to your account: it signs you in from now on.`;
}
// src/pages/browser/provider-ends.ts
/** The ends of a flow with a provider, each told where it is to be heard: on the page, to the window's opener, to an application. */
const { id: id$1, name: name$1, names: names$1, ...paths$1 } = given("provider");
/** It is done: tells the opener, or leads on to `returnTo` where that is on our origin, or says so. */
function goOn({ state, flow }, outcome, says, returnTo) {
	if (flow.isPopup) tellOpener(names$1.channel, {
		state,
		outcome
	});
	else if (returnTo !== null && isOurs(returnTo)) return leaveTo(returnTo);
	showOnward();
	return {
		kind: "done",
		says
	};
}
/** Tells of a problem that is not about a proof of the second step. */
function refused(came, problem) {
	const says = finalSentence(name$1, problem);
	if (says === void 0) return {
		kind: "again",
		says: sentenceOf(problem)
	};
	return over(came, says, { code: problem.code });
}
/** Nobody is let in, and there is nothing to try again. */
function over({ state, flow }, says, why) {
	if (flow.isPopup) tellOpener(names$1.channel, {
		state,
		outcome: "failed",
		...why
	});
	showOnward();
	return {
		kind: "over",
		says
	};
}
/** There is an account, which is to be signed in to first. Whoever asks for that gets what links afterwards (FD-09). */
function collide(came, problem) {
	const { code, linkToken, returnTo } = problem;
	if (returnTo !== null && !isOurs(returnTo)) return handTo(returnTo, {
		provider: id$1,
		state: came.state,
		linkToken
	});
	keepHere(names$1.linkKey, linkToken);
	const told = over(came, finalSentence(name$1, problem) ?? problem.detail, {
		code,
		linkToken
	});
	if (returnTo !== null) {
		const onward = element(".onward a", HTMLAnchorElement);
		onward.href = returnTo;
		onward.textContent = "Go on";
	}
	return told;
}
/** There was nothing to send, as after a reload. */
async function tellNothing() {
	const told = await orSignedIn({
		kind: "over",
		says: nothingLeft(name$1)
	});
	showOnward();
	end(void 0, told);
}
/** Back and reload come here after a success as well: then the account says so. */
async function orSignedIn(told) {
	const me = await readMe(paths$1).catch(() => null);
	if (me === null) return told;
	return {
		kind: "done",
		says: `You are signed in as ${me.email}. If you want to be somebody else, start again.`
	};
}
function showOnward() {
	element(".onward", HTMLElement).hidden = false;
}
// src/pages/browser/second-step.ts
const ASK = "Your account asks for a second step.";
const ways = {
	totp: {
		ask: ASK,
		button: "Sign in",
		other: "Use the authenticator app",
		wrong: "This code was not taken. Wait for the next one, and type it. After many wrong ones, none is taken for a while.",
		field: {
			label: "Code",
			hint: "The 6 digits that your authenticator app shows now.",
			inputMode: "numeric",
			autocomplete: "one-time-code"
		}
	},
	recovery_code: {
		ask: ASK,
		button: "Sign in",
		other: "Use a recovery code",
		wrong: "This recovery code was not taken. Each is good once: try another. After many wrong ones, none is taken for a while.",
		field: {
			label: "Recovery code",
			hint: "One of those you kept when you set up the second step: 24 letters and digits.",
			inputMode: "text",
			autocomplete: "off"
		}
	},
	passkey: {
		ask: "Your account asks for a second step: your passkey.",
		button: "Use the passkey",
		other: "Use a passkey",
		wrong: "This passkey was not taken. Try again, or use another way.",
		field: null
	}
};
const NO_PASSKEY = "No passkey was used. Try again, or use another way.";
const NONE_HERE = "Your account asks for a passkey, and this browser cannot use one. Sign in with another browser.";
/** Shows the form in place of the one before. Where this browser can take none of the ways, says so instead. */
function startSecondStep(step) {
	const possible = step.pending.secondFactors.filter((way) => way !== "passkey" || canAskPasskey());
	const [first] = possible;
	if (first === void 0) return {
		kind: "over",
		says: NONE_HERE
	};
	const form = element(".second-step", HTMLFormElement);
	const input = element("#proof", HTMLInputElement);
	let current = first;
	startForm(form, async () => {
		input.removeAttribute("aria-invalid");
		const method = current;
		const proof = method === "passkey" ? await askPasskey(step) : {
			method,
			code: input.value.trim()
		};
		if ("kind" in proof) return proof;
		const outcome = await step.finish(proof);
		if ("kind" in outcome) return outcome;
		const says = refusalOf(outcome, method);
		if (says === void 0) return step.refused(outcome);
		markWrong(input);
		return {
			kind: "again",
			says
		};
	});
	change(first);
	return "onward";
	function change(way) {
		current = way;
		show(ways[way], input);
		const others = possible.filter((other) => other !== way).map(changer);
		element(".others", HTMLElement).replaceChildren(...others);
		(input.disabled ? element(".second-step .primary", HTMLElement) : input).focus();
	}
	function changer(way) {
		const button = document.createElement("button");
		button.type = "button";
		button.className = "other";
		button.textContent = ways[way].other;
		button.addEventListener("click", () => {
			if (form.querySelector("[aria-busy]") !== null) return;
			tell("", "again");
			change(way);
		});
		return button;
	}
}
function show({ ask, button, field }, input) {
	element(".second-step .ask", HTMLElement).textContent = ask;
	element(".second-step .primary", HTMLElement).textContent = button;
	element(".second-step .field", HTMLElement).hidden = field === null;
	input.disabled = field === null;
	input.value = "";
	input.removeAttribute("aria-invalid");
	if (field === null) return;
	element("label[for=proof]", HTMLElement).textContent = field.label;
	element("#proof-hint", HTMLElement).textContent = field.hint;
	input.inputMode = field.inputMode;
	input.autocomplete = field.autocomplete;
}
/** Says why a proof was refused; undefined where the problem is not about it. */
function refusalOf(problem, way) {
	if (problem.code === "invalid_second_factor") return ways[way].wrong;
	if (problem.code !== "validation_failed") return void 0;
	const message = problem.issues.find(({ path }) => path.at(-1) === "code")?.message;
	return message && `${message}.`;
}
function markWrong(input) {
	if (input.disabled) return;
	input.setAttribute("aria-invalid", "true");
	input.focus();
	input.select();
}
function canAskPasskey() {
	return typeof PublicKeyCredential === "function" && typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function";
}
/** The proof by passkey; or what to say where the person, or the browser, gives none. */
async function askPasskey({ pending, passkeyPath, refused }) {
	const { loginToken } = pending;
	const { response, problem } = await post(passkeyPath, { loginToken });
	if (problem !== void 0) return refused(problem);
	const { challengeToken, options } = await response.json();
	const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
	const credential = await navigator.credentials.get({ publicKey }).catch(() => null);
	if (!(credential instanceof PublicKeyCredential)) return {
		kind: "again",
		says: NO_PASSKEY
	};
	return {
		method: "passkey",
		challengeToken,
		credential: credential.toJSON()
	};
}
// src/pages/browser/provider.ts
const { id, name, names, linkPrefix, ...paths } = given("provider");
const arrival = takeArrival(names.flowKey);
/** The first step's answer. Kept, so that the second can be tried again: the code is spent. */
let pending;
if (arrival === void 0) tellNothing();
else start(arrival);
function start(came) {
	const isLink = came.state.startsWith(linkPrefix);
	if (isLink) retitle(`Link ${name}`);
	const form = element(".first-step", HTMLFormElement);
	const send = () => (isLink ? link(came) : signIn(came)).finally(showTryAgain);
	startForm(form, send);
	form.requestSubmit();
}
async function signIn(came) {
	if (pending === void 0) {
		const { response, problem } = await post(paths.complete, bodyOf(came));
		if (problem?.code === "identity_collision") return collide(came, problem);
		if (problem?.code === "invalid_challenge") return orSignedIn(refused(came, problem));
		if (problem !== void 0) return refused(came, problem);
		pending = await response.json();
	}
	const { returnTo } = pending;
	return returnTo === null || isOurs(returnTo) ? finishHere(came, pending) : handTo(returnTo, {
		provider: id,
		state: came.state,
		loginToken: pending.loginToken,
		secondFactors: pending.secondFactors.join(","),
		expiresInSeconds: String(pending.expiresInSeconds)
	});
}
async function finishHere(came, half) {
	const { loginToken, secondFactors, returnTo } = half;
	const finish = async (proof) => {
		const { response, problem } = await post(paths.finish, {
			loginToken,
			...proof
		});
		if (problem !== void 0) return problem;
		const { user } = await response.json();
		return goOn(came, "signed-in", `You are signed in as ${user.email}.`, returnTo);
	};
	const refusedFinish = (problem) => refused(came, problem);
	if (secondFactors.length > 0) return startSecondStep({
		pending: half,
		passkeyPath: paths.passkey,
		finish,
		refused: refusedFinish
	});
	const outcome = await finish({ method: "none" });
	return "kind" in outcome ? outcome : refusedFinish(outcome);
}
async function link(came) {
	const proof = readCookie(paths.csrfCookie) ?? "";
	const { problem } = await post(paths.link, bodyOf(came), { [paths.csrfHeader]: proof });
	if (problem !== void 0) return refused(came, problem);
	return goOn(came, "linked", nowLinked(name), came.flow.returnTo ?? null);
}
function bodyOf({ state, came, iss, flow }) {
	return {
		state,
		...came,
		iss,
		challengeToken: flow.challengeToken
	};
}
function showTryAgain() {
	element(".waiting", HTMLElement).hidden = true;
	element(".first-step .primary", HTMLElement).hidden = false;
}
function retitle(title) {
	const heading = element("h1", HTMLElement);
	document.title = document.title.replace(heading.textContent, () => title);
	heading.textContent = title;
}

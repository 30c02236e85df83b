// Built by `npm run pages` from src/pages/browser/mail-login.ts. Do not edit.
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
// src/pages/browser/mail-login.ts
const link = takeLink();
const token = link.get("token");
const code = link.get("code") ?? "";
const { complete, finish, passkey } = given("maillogin");
const elsewhere = element(".elsewhere", HTMLElement);
const NOT_HERE = "This browser did not ask to be signed in, or the link was used or is too old. Type the code of the mail where you asked. If it is refused there, ask for a new mail.";
const UNFINISHED = "The sign-in took too long, was tried too often, or your account has changed meanwhile. Sign in again from the beginning.";
const ONWARD = "Go back to the page on which you asked, or load it again.";
const SWITCHED_OFF = "Nobody can sign in by mail here any more. Sign in with your password.";
/** The first step's answer. Kept, so that the second can be tried again: the link is spent. */
let pending;
if (token) {
	showCode();
	startForm(element(".first-step", HTMLFormElement), () => signIn(token));
} else endIncomplete();
async function signIn(linkToken) {
	if (pending === void 0) {
		const { response, problem } = await post(complete, { token: linkToken });
		if (problem?.code === "not_found") return over(SWITCHED_OFF);
		if (problem !== void 0) return refused(problem, NOT_HERE);
		pending = await response.json();
		elsewhere.hidden = true;
	}
	const { loginToken, secondFactors } = pending;
	if (secondFactors.length > 0) return startSecondStep({
		pending,
		passkeyPath: passkey,
		finish: (proof) => finishBy({
			loginToken,
			...proof
		}),
		refused: refusedFinish
	});
	const outcome = await finishBy({
		loginToken,
		method: "none"
	});
	return "kind" in outcome ? outcome : refusedFinish(outcome);
}
async function finishBy(body) {
	const { response, problem } = await post(finish, body);
	if (problem !== void 0) return problem;
	const { user } = await response.json();
	element(".onward", HTMLElement).hidden = false;
	return {
		kind: "done",
		says: `You are signed in as ${user.email}. ${ONWARD}`
	};
}
function refusedFinish(problem) {
	if (problem.code === "invalid_login_token") return {
		kind: "over",
		says: UNFINISHED
	};
	return refused(problem, UNFINISHED);
}
function over(says) {
	elsewhere.hidden = true;
	return {
		kind: "over",
		says
	};
}
/** Shows the code 4+4, as the mail has it. Nothing but digits: a link must not put words on this page. */
function showCode() {
	const digits = /^(\d{4})(\d{4})$/.exec(code);
	if (digits === null) return;
	element(".code", HTMLElement).textContent = `${digits[1]} ${digits[2]}`;
	elsewhere.hidden = false;
}

// Built by `npm run pages` from src/pages/browser/confirm.ts. Do not edit.
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
// src/pages/browser/element.ts
/** Finds the one element of the page that the selector names. Throws where there is none of that kind. */
function element(selector, kind) {
	const found = document.querySelector(selector);
	if (found instanceof kind) return found;
	throw new Error(`The page has no ${kind.name} at ${selector}`);
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
// src/pages/browser/new-password.ts
function startNewPasswordForm(page) {
	const { action, weakPassword, token, done, noLongerGood } = page;
	if (!token) return void endIncomplete();
	const password = element("#password", HTMLInputElement);
	startReveal(password);
	startForm(element("form", HTMLFormElement), async () => {
		password.removeAttribute("aria-invalid");
		const { response, problem } = await post(action, {
			token,
			newPassword: password.value
		});
		if (problem === void 0) return {
			kind: "done",
			says: await done(response)
		};
		const refusal = refusalOfPassword(problem, weakPassword);
		if (refusal === void 0) return refused(problem, noLongerGood);
		password.setAttribute("aria-invalid", "true");
		password.focus();
		return {
			kind: "again",
			says: refusal
		};
	});
}
/** Says why a new password was refused; undefined where the problem is not about it. */
function refusalOfPassword(problem, sentences) {
	if (problem.code === "weak_password") return problem.reasons.map((reason) => sentences[reason]).join(" ");
	if (problem.code !== "validation_failed") return void 0;
	return problem.issues.find(({ path }) => path.join() === "newPassword")?.message;
}
/** Lets people see what they type. */
function startReveal(password) {
	const button = element(".reveal", HTMLButtonElement);
	button.addEventListener("click", () => {
		const isShown = password.type === "text";
		password.type = isShown ? "password" : "text";
		button.setAttribute("aria-pressed", String(!isShown));
		button.textContent = isShown ? "Show" : "Hide";
	});
}
// src/pages/browser/confirm.ts
const token = takeLink().get("token");
startNewPasswordForm({
	...given("confirm"),
	token,
	async done(response) {
		const { email } = await response.json();
		return `Your account is ready. You can sign in as ${email} now.`;
	},
	noLongerGood: "This link is no longer good: it was used, it is too old, or another one has taken its place. If you have chosen a password by it, sign in. Otherwise sign up again, or ask for a new invitation."
});

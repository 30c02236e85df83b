// Built by `npm run pages` from src/pages/browser/reset.ts. Do not edit.
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
// src/pages/browser/new-password.ts
/** Says why a new password was refused; undefined where the problem is not about it. */
function refusalOfPassword(problem, sentences) {
	if (problem.code === "weak_password") return problem.reasons.map((reason) => sentences[reason]).join(" ");
	if (problem.code !== "validation_failed") return void 0;
	return problem.issues.find(({ path }) => path.join() === "newPassword")?.message;
}
// src/pages/browser/problem.ts
/** Reads the body of an answer that is no success. Rejects where it is no JSON, as from a proxy. */
async function readProblem(response) {
	return await response.json();
}
// src/pages/browser/reset.ts
/** The script of `/reset`: takes the token out of the link, and sends it with the new password. */
const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);
const { action, weakPassword } = given("reset");
const form = element("form", HTMLFormElement);
const password = element("#password", HTMLInputElement);
const button = element("button", HTMLButtonElement);
const status = element("[role=status]", HTMLElement);
const INCOMPLETE = "This link is not complete. Open the link in the mail again.";
form.addEventListener("submit", (event) => {
	event.preventDefault();
	setPassword();
});
if (!token) end(INCOMPLETE);
async function setPassword() {
	button.disabled = true;
	status.textContent = "";
	try {
		const response = await fetch(action, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({
				token,
				newPassword: password.value
			})
		});
		if (response.ok) return void end("Your password is set. You can sign in with it now.");
		const problem = await readProblem(response);
		if (problem.code === "invalid_reset_token") return void end("This link is no longer good. Ask for a new one.");
		const refusal = refusalOfPassword(problem, weakPassword);
		if (problem.code === "validation_failed" && refusal === void 0) return void end(INCOMPLETE);
		status.textContent = refusal ?? problem.detail;
	} catch {
		status.textContent = "The server could not be reached. Try again.";
	}
	button.disabled = false;
}
/** Leaves nothing but the sentence: with this link there is nothing more to do. */
function end(sentence) {
	form.hidden = true;
	status.textContent = sentence;
}

// Built by `npm run pages` from src/pages/browser/docs.ts. Do not edit.
// src/pages/browser/cookie.ts
/** Reads a cookie that scripts may see; undefined where there is none, or an empty one. */
function readCookie(name) {
	const start = `${name}=`;
	return document.cookie.split("; ").find((cookie) => cookie.startsWith(start))?.slice(start.length) || void 0;
}
// src/pages/browser/folded-failures.ts
const foldedFailures = () => ({ wrapComponents: { response: (Original, { React: { createElement, useState } }) => function Response(props) {
	const { code, response, getComponent } = props;
	const [isOpen, setOpen] = useState(false);
	if (isOpen || !isFailure(code)) return createElement(Original, props);
	return createElement("tr", { className: "response" }, createElement("td", { className: "response-col_status" }, code), createElement("td", { className: "response-col_description" }, createElement(getComponent("Markdown", true), { source: response.get("description") }), createElement("button", {
		type: "button",
		className: "show-body",
		onClick: () => setOpen(true)
	}, "Show the body")));
} } });
function isFailure(status) {
	return status.startsWith("4") || status.startsWith("5");
}
// src/pages/browser/given.ts
/** Reads the values that the server wrote into the page of this name. Throws where it wrote none. */
function given(page) {
	const text = document.body.dataset[page];
	if (text === void 0) throw new Error(`The page was given nothing for ${page}`);
	return JSON.parse(text);
}
// src/pages/browser/local-references.ts
const localReferences = () => ({ fn: { async resolveSubtree(document, path) {
	return {
		spec: resolvedAt(document, path),
		errors: []
	};
} } });
/** The part of the document at `path`, without references. */
function resolvedAt(document, path) {
	return resolve(document, memberAt(document, path), []);
}
/** A copy without references. `within`: those that lead here; one that is among them again stays as it is. */
function resolve(document, json, within) {
	if (isList(json)) return json.map((member) => resolve(document, member, within));
	if (!isObject(json)) return json ?? null;
	const { $ref } = json;
	if (typeof $ref === "string" && $ref.startsWith("#/")) {
		if (within.includes($ref)) return json;
		const found = resolve(document, memberAt(document, keysOf($ref)), [...within, $ref]);
		return isObject(found) ? {
			...found,
			$$ref: $ref
		} : found;
	}
	return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, resolve(document, member, within)]));
}
function isObject(json) {
	return typeof json === "object" && json !== null && !Array.isArray(json);
}
function isList(json) {
	return Array.isArray(json);
}
function memberAt(json, path) {
	return path.reduce((inside, key) => {
		if (isList(inside)) return inside[Number(key)];
		return isObject(inside) && Object.hasOwn(inside, key) ? inside[key] : void 0;
	}, json);
}
/** The keys of a JSON Pointer in a fragment (RFC 6901 §6). */
function keysOf(pointer) {
	return pointer.slice(2).split("/").map(decodeURIComponent).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}
// src/pages/browser/handed-on.ts
/**
* Hands on the token of an answer in Swagger UI: what one operation has begun stands in the body of the one that ends it,
* in each form the body can have, so that a signup, a sign-in or a second factor is walked by clicking. A code is typed
* over that of the example.
*/
const handedOn = () => ({ statePlugins: { spec: { wrapActions: { setResponse: (original, { specSelectors, specActions, oas3Actions }) => (path, method, response) => {
	const token = response.ok ? tokenIn(response.obj) : void 0;
	if (token === void 0) return original(path, method, response);
	const document = specSelectors.specJson().toJS();
	for (const pathMethod of endsOf(document, path, token)) {
		const at = ["paths", ...pathMethod];
		const operation = specSelectors.specResolvedSubtree(at)?.toJS() ?? resolvedAt(document, at);
		const forms = formsOf(operation).map((form) => withToken(form, token));
		const value = JSON.stringify(chosen(forms, token), null, 2);
		specActions.updateResolvedSubtree(at, withForms(operation, forms));
		oas3Actions.setRequestBodyValue({
			value,
			pathMethod
		});
		oas3Actions.setRetainRequestBodyValueFlag({
			value: true,
			pathMethod
		});
	}
	return original(path, method, response);
} } } } });
/** `loginToken` is good for all that take it; the others for the operation that ends what was begun. */
const tokenNames = [
	"challengeToken",
	"loginToken",
	"setupToken"
];
function tokenIn(answer) {
	if (!isObject(answer)) return void 0;
	for (const name of tokenNames) {
		const value = answer[name];
		if (typeof value === "string") return {
			name,
			value,
			isNext: nextAfter(answer)
		};
	}
}
/** A first step names the methods of the second; a passkey is asked for with `options`, and answered by a `credential`. */
function nextAfter(answer) {
	const { secondFactors } = answer;
	if (secondFactors === void 0 || !isList(secondFactors)) return (form) => "credential" in form === "options" in answer;
	const [method = "none"] = secondFactors;
	return (form) => form["method"] === method;
}
/** The operations that the token ends something at: beneath the one that gave it, or the one that this was the start of. */
function* endsOf(document, begun, { name }) {
	const paths = memberOf(document, "paths");
	for (const [path, methods] of Object.entries(isObject(paths) ? paths : {})) {
		const isEnd = path.slice(0, path.lastIndexOf("/")) === begun || `${path}/start` === begun;
		if (name !== "loginToken" && !isEnd) continue;
		for (const [method, operation] of Object.entries(isObject(methods) ? methods : {})) if (formsOf(operation).some((form) => name in form)) yield [path, method];
	}
}
function withToken(form, { name, value }) {
	return name in form ? {
		...form,
		[name]: value
	} : form;
}
function chosen(forms, { name, isNext }) {
	const taking = forms.filter((form) => name in form);
	return taking.find(isNext) ?? taking[0];
}
/** The bodies that an operation shows as examples, one for each form. */
function formsOf(operation) {
	return Object.values(examplesOf(operation)).map((example) => memberOf(example, "value")).filter(isObject);
}
/** The operation with these bodies in place of those it shows. */
function withForms(operation, forms) {
	const entries = Object.entries(examplesOf(operation)).map(([name, example], index) => {
		return [name, {
			...isObject(example) ? example : {},
			value: forms[index] ?? null
		}];
	});
	const examples = Object.fromEntries(entries);
	return replaced(operation, toExamples, examples);
}
const toExamples = [
	"requestBody",
	"content",
	"application/json",
	"examples"
];
function examplesOf(operation) {
	const examples = toExamples.reduce((inside, key) => memberOf(inside, key), operation);
	return isObject(examples) ? examples : {};
}
/** A copy with another value at `path`. */
function replaced(json, [key, ...path], value) {
	if (key === void 0) return value;
	if (!isObject(json)) return json;
	return {
		...json,
		[key]: replaced(json[key] ?? null, path, value)
	};
}
function memberOf(json, key) {
	return isObject(json) ? json[key] : void 0;
}
// src/pages/browser/docs.ts
/** The script of `/docs`: starts Swagger UI, and adds the CSRF proof to each change that the session cookie authenticates. */
const { csrfCookie, csrfHeader, documentPath, docsPath } = given("docs");
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", followScheme);
followScheme();
const { SwaggerUIBundle } = window;
window.ui = SwaggerUIBundle({
	url: documentPath,
	dom_id: "#swagger-ui",
	layout: "BaseLayout",
	presets: [SwaggerUIBundle.presets.apis],
	validatorUrl: null,
	queryConfigEnabled: false,
	tryItOutEnabled: true,
	persistAuthorization: false,
	deepLinking: true,
	displayOperationId: true,
	displayRequestDuration: true,
	defaultModelsExpandDepth: 0,
	syntaxHighlight: { theme: "tomorrow-night" },
	plugins: [
		foldedFailures,
		handedOn,
		localReferences
	],
	requestInterceptor: addCsrfProof
});
document.addEventListener("click", followEventLink);
document.addEventListener("click", beginAtFirstCredential);
function followScheme() {
	document.documentElement.classList.toggle("dark-mode", dark.matches);
}
/** `May log` leads to the event on this page; Swagger UI by itself would open the page once more. */
function followEventLink(click) {
	const link = closest(click, `a[href^="${docsPath}#/webhooks/"]`);
	const operationId = link?.getAttribute("href")?.split("/").at(-1);
	const event = document.getElementById(`operations-webhooks-${operationId}`);
	if (link === null || event === null || click.ctrlKey || click.metaKey) return;
	click.preventDefault();
	event.querySelector(".opblock-summary-control[aria-expanded=false]")?.click();
	event.scrollIntoView();
	event.querySelector(".opblock-summary-control")?.focus({ preventScroll: true });
}
/** Each field of the dialog takes the focus as it is made, so that the last has it, out of sight on a low screen. */
function beginAtFirstCredential(click) {
	if (closest(click, ".authorize, .authorization__btn") === null) return;
	requestAnimationFrame(() => {
		const dialog = document.querySelector(".dialog-ux .modal-ux-content");
		dialog?.querySelector("input")?.focus();
		dialog?.scrollTo(0, 0);
	});
}
function closest({ target }, selector) {
	return target instanceof Element ? target.closest(selector) : null;
}
function addCsrfProof(request) {
	const proof = readCookie(csrfCookie);
	const hasToken = request.headers["Authorization"] !== void 0;
	if (proof !== void 0 && !hasToken && isOurs(request.url) && isChange(request.method ?? "GET")) request.headers[csrfHeader] = proof;
	return request;
}
function isOurs(url) {
	return new URL(url, location.href).origin === location.origin;
}
function isChange(method) {
	return ![
		"GET",
		"HEAD",
		"OPTIONS"
	].includes(method.toUpperCase());
}

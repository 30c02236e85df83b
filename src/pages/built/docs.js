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
		spec: resolve(document, memberAt(document, path), []),
		errors: []
	};
} } });
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
* so that a signup or a sign-in by mail is walked by clicking. The code of the mail is typed over that of the example.
*/
const handedOn = () => ({ statePlugins: { spec: { wrapActions: { setResponse: (original, { specSelectors, oas3Actions }) => (path, method, response) => {
	const token = response.ok ? tokenIn(response.obj) : void 0;
	if (token === void 0) return original(path, method, response);
	for (const { body, pathMethod } of endsOf(specSelectors.specJson().toJS(), path, token)) {
		oas3Actions.setRequestBodyValue({
			value: JSON.stringify(body, null, 2),
			pathMethod
		});
		oas3Actions.setRetainRequestBodyValueFlag({
			value: true,
			pathMethod
		});
	}
	return original(path, method, response);
} } } } });
function tokenIn(answer) {
	if (typeof answer !== "object" || answer === null) return void 0;
	for (const name of ["challengeToken", "loginToken"]) {
		const value = Reflect.get(answer, name);
		if (typeof value === "string") return {
			name,
			value
		};
	}
}
/** The operations that the token ends something at, each with the body to send: its first example, with the token. */
function* endsOf(document, begun, { name, value }) {
	const paths = isObject(document) ? document["paths"] : void 0;
	for (const [path, methods] of Object.entries(isObject(paths) ? paths : {})) {
		if (name === "challengeToken" && path.slice(0, path.lastIndexOf("/")) !== begun) continue;
		for (const [method, operation] of Object.entries(isObject(methods) ? methods : {})) {
			const example = firstExample(operation);
			if (!isObject(example) || !(name in example)) continue;
			yield {
				body: {
					...example,
					[name]: value
				},
				pathMethod: [path, method]
			};
		}
	}
}
/** The example of an operation's body that is shown first. */
function firstExample(operation) {
	const examples = [
		"requestBody",
		"content",
		"application/json",
		"examples"
	].reduce((inside, key) => isObject(inside) ? inside[key] : void 0, operation);
	const [first] = Object.values(isObject(examples) ? examples : {});
	return isObject(first) ? first["value"] : void 0;
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

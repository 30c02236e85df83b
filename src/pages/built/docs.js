// Built by `npm run pages` from src/pages/browser/docs.ts. Do not edit.
// src/pages/browser/cookie.ts
/** Reads a cookie that scripts may see; undefined where there is none, or an empty one. */
function readCookie(name) {
	const start = `${name}=`;
	return document.cookie.split("; ").find((cookie) => cookie.startsWith(start))?.slice(start.length) || void 0;
}
// src/pages/browser/given.ts
/** Reads the values that the server wrote into the page of this name. Throws where it wrote none. */
function given(page) {
	const text = document.body.dataset[page];
	if (text === void 0) throw new Error(`The page was given nothing for ${page}`);
	return JSON.parse(text);
}
// src/pages/browser/docs.ts
/** The script of `/docs`: starts Swagger UI, and adds the CSRF proof to each change that the session cookie authenticates. */
const { csrfCookie, csrfHeader, document: documentPath } = given("docs");
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
	requestInterceptor: addCsrfProof
});
function followScheme() {
	document.documentElement.classList.toggle("dark-mode", dark.matches);
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

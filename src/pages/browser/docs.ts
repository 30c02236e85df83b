/** The script of `/docs`: starts Swagger UI, and adds the CSRF proof to each change that the session cookie authenticates. */
import { readCookie } from "./cookie.ts";
import { foldedFailures } from "./folded-failures.ts";
import { given } from "./given.ts";
import { handedOn } from "./handed-on.ts";
import { localReferences } from "./local-references.ts";
import type { SwaggerUIRequest } from "./swagger-ui.ts";

const { csrfCookie, csrfHeader, documentPath, docsPath } = given("docs");

// Swagger UI is dark by this class alone.
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
  // `?url=` and `?configUrl=` would show somebody else's document under our name (HD-08).
  queryConfigEnabled: false,
  tryItOutEnabled: true,
  // True would write tokens to localStorage, where any script finds them.
  persistAuthorization: false,
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // The one theme whose every colour can be read on its ground.
  syntaxHighlight: { theme: "tomorrow-night" },
  plugins: [foldedFailures, handedOn, localReferences],
  requestInterceptor: addCsrfProof,
});
document.addEventListener("click", followEventLink);
document.addEventListener("click", beginAtFirstCredential);

function followScheme(): void {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

/** `May log` leads to the event on this page; Swagger UI by itself would open the page once more. */
function followEventLink(click: MouseEvent): void {
  const link = closest(click, `a[href^="${docsPath}#/webhooks/"]`);
  const operationId = link?.getAttribute("href")?.split("/").at(-1);
  const event = document.getElementById(`operations-webhooks-${operationId}`);
  if (link === null || event === null || click.ctrlKey || click.metaKey) return;
  click.preventDefault();
  const control = event.querySelector<HTMLElement>(".opblock-summary-control[aria-expanded=false]");
  control?.click();
  event.scrollIntoView();
  event.querySelector<HTMLElement>(".opblock-summary-control")?.focus({ preventScroll: true });
}

/** Each field of the dialog takes the focus as it is made, so that the last has it, out of sight on a low screen. */
function beginAtFirstCredential(click: MouseEvent): void {
  if (closest(click, ".authorize, .authorization__btn") === null) return;
  requestAnimationFrame(() => {
    const dialog = document.querySelector(".dialog-ux .modal-ux-content");
    dialog?.querySelector("input")?.focus();
    dialog?.scrollTo(0, 0);
  });
}

function closest({ target }: MouseEvent, selector: string): Element | null {
  return target instanceof Element ? target.closest(selector) : null;
}

function addCsrfProof(request: SwaggerUIRequest): SwaggerUIRequest {
  // Read each time: the cookie outlives a reload, and a variable of this script would not (CS-01).
  const proof = readCookie(csrfCookie);
  const hasToken = request.headers["Authorization"] !== undefined;
  if (proof !== undefined && !hasToken && isOurs(request.url) && isChange(request.method ?? "GET"))
    request.headers[csrfHeader] = proof;
  return request;
}

function isOurs(url: string): boolean {
  return new URL(url, location.href).origin === location.origin;
}

function isChange(method: string): boolean {
  return !["GET", "HEAD", "OPTIONS"].includes(method.toUpperCase());
}

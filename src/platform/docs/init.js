// Starts Swagger UI, and gives every change that the session cookie authenticates its CSRF proof.
"use strict";

// This cookie is for scripts to read, so nothing has to be kept here, and a reload loses nothing.
const csrfToken = () => /(?:^|; )__Host-csrf=([^;]+)/.exec(document.cookie)?.[1];

const isChange = (method) => !["GET", "HEAD", "OPTIONS"].includes(method.toUpperCase());
const isOurs = (url) => new URL(url, location.href).origin === location.origin;

// Swagger UI is dark by this class alone.
const dark = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followScheme);
followScheme();

window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
  // `?url=` and `?configUrl=` would show somebody else's document under our name.
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
  requestInterceptor(request) {
    const token = csrfToken();
    const unsigned = request.headers.Authorization === undefined;
    if (token !== undefined && unsigned && isOurs(request.url) && isChange(request.method ?? "GET"))
      request.headers["x-csrf-token"] = token;
    return request;
  },
});

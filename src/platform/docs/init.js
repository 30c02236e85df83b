// Starts Swagger UI. It keeps the CSRF token of a login in this closure, never in storage, and sends
// it with every change the session cookie would authenticate.
"use strict";

let csrfToken;

const isChange = (method) => !["GET", "HEAD", "OPTIONS"].includes(method.toUpperCase());
const pathOf = (url) => new URL(url, location.href).pathname;
const isOurs = (url) => new URL(url, location.href).origin === location.origin;

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
  requestInterceptor(request) {
    const unsigned = request.headers.Authorization === undefined;
    if (
      csrfToken !== undefined &&
      unsigned &&
      isOurs(request.url) &&
      isChange(request.method ?? "GET")
    )
      request.headers["x-csrf-token"] = csrfToken;
    return request;
  },
  responseInterceptor(response) {
    if (!response.ok || !isOurs(response.url)) return response;
    if (pathOf(response.url) === "/login")
      csrfToken = response.body?.csrfToken ?? response.obj?.csrfToken;
    if (pathOf(response.url) === "/logout") csrfToken = undefined;
    return response;
  },
});

/**
 * `/reset`: where the link of a reset mail leads. The token stands in the fragment, which never
 * leaves the browser; only the form's submission spends it (RS-07). Not part of the contract.
 */
import { route, type RouteDescriptor } from "@hectoday/http";
import { type RequestState, requestStateOf } from "./request-state.ts";
import type { Responder } from "./responder.ts";

const PAGE_PATH = "/reset";
const SCRIPT_PATH = "/reset/page.js";
const STYLE_PATH = "/reset/page.css";

/** Only our own files; the form is sent by the script, and to this origin. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Choose a new password</title>
<link rel="stylesheet" href="${STYLE_PATH}">
<script type="module" src="${SCRIPT_PATH}"></script>
</head>
<body>
<main>
<h1>Choose a new password</h1>
<noscript><p>This page needs JavaScript.</p></noscript>
<form>
<label for="password">New password</label>
<input id="password" type="password" autocomplete="new-password" required maxlength="256">
<button>Set the password</button>
</form>
<p role="status"></p>
</main>
</body>
</html>
`;

/** The fragment is taken out of the address bar, and so out of the history, before anything else. */
const SCRIPT = `const token = new URLSearchParams(location.hash.slice(1)).get("token");
history.replaceState(null, "", location.pathname);

const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const button = document.querySelector("button");
const reasons = {
  too_short: "It is too short.",
  too_long: "It is too long.",
  too_common: "Too many people use it.",
  contains_identifier: "It is too much like your address or the name of this service.",
};

if (!token) end("This link is not complete. Open the link in the mail again.");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const newPassword = document.querySelector("#password").value;
  try {
    const response = await fetch("/reset-password", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, newPassword }),
    });
    if (response.ok) return end("Your password is set. You can sign in with it now.");
    const problem = await response.json();
    if (problem.code === "invalid_reset_token")
      return end("This link is no longer good. Ask for a new one.");
    status.textContent = explain(problem);
  } catch {
    status.textContent = "The server could not be reached. Try again.";
  }
  button.disabled = false;
});

function explain({ code, reasons: given, detail }) {
  if (code === "validation_failed") return "It must have 8 to 256 characters.";
  if (code === "weak_password") return given.map((reason) => reasons[reason]).join(" ");
  return detail;
}

function end(sentence) {
  form.hidden = true;
  status.textContent = sentence;
}
`;

const STYLE = `:root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif; }
main { max-width: 26rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
label, input { display: block; width: 100%; box-sizing: border-box; }
input, button { font: inherit; padding: 0.5rem 0.75rem; margin: 0.25rem 0 1rem; }
`;

export function createResetPage(responder: Responder): RouteDescriptor[] {
  const serve = (path: string, contentType: string, body: string, policy?: string) =>
    page(path, (state) =>
      responder.page(state, 200, body, {
        "content-type": `${contentType}; charset=utf-8`,
        ...(policy !== undefined && { "content-security-policy": policy }),
      }),
    );
  return [
    serve(PAGE_PATH, "text/html", PAGE, PAGE_POLICY),
    serve(SCRIPT_PATH, "text/javascript", SCRIPT),
    serve(STYLE_PATH, "text/css", STYLE),
  ];
}

function page(path: string, answer: (state: RequestState) => Response): RouteDescriptor {
  return route.get(path, {
    resolve({ locals }) {
      const state = requestStateOf(locals);
      state.pattern = path;
      return answer(state);
    },
  });
}

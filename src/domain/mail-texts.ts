/** The texts of the mails, plain and as HTML. `page` alone makes HTML, and escapes all that is put into it. */
import type { Message } from "./ports/mails.ts";

/** Where something happened: the owner may recognise it. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly ip: string | null;
}

export function resetMessage(link: string, lifetimeSeconds: number): Message {
  const minutes = Math.max(1, Math.floor(lifetimeSeconds / 60));
  return message("Choose a new password", [
    "Somebody, probably you, asked for a new password for your account.",
    "Open this link to choose it:",
    { href: link },
    `The link is good once, within ${minutes} ${minutes === 1 ? "minute" : "minutes"}. Asking again makes it useless.`,
    "If it was not you, do nothing: your password stays as it is.",
  ]);
}

export function passwordChangedMessage(circumstances: Circumstances): Message {
  return message("Your password was changed", [
    `The password of your account was changed ${describe(circumstances)}. Every other session has ended.`,
    NOT_YOU,
  ]);
}

export function passwordResetMessage(circumstances: Circumstances): Message {
  return message("Your password was reset", [
    `A new password for your account was chosen by the link we sent you, ${describe(circumstances)}. Every session has ended.`,
    NOT_YOU,
  ]);
}

export function lockMessage(circumstances: Circumstances, lockedUntil: number): Message {
  return message("Sign-in to your account is paused", [
    `There were too many attempts to sign in to your account with a wrong password, the last one ${describe(circumstances)}. Until ${instant(lockedUntil)} sign-in is refused.`,
    "If it was you, ask for a new password: that leads in at once. If it was not, your password has kept them out.",
  ]);
}

const NOT_YOU =
  "If it was not you, ask for a new password at once, and tell whoever runs this service.";

function describe({ now, ip }: Circumstances): string {
  return `on ${instant(now)}${ip === null ? "" : ` from the address ${ip}`}`;
}

/** `2026-11-23 10:06 UTC` */
function instant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

type Paragraph = string | { readonly href: string };

function message(subject: string, paragraphs: readonly Paragraph[]): Message {
  const text = paragraphs.map((part) => (typeof part === "string" ? part : part.href));
  return { subject, text: `${text.join("\n\n")}\n`, html: page(subject, paragraphs) };
}

/** No image, no style sheet, nothing to load: opening the mail tells nobody. */
function page(subject: string, paragraphs: readonly Paragraph[]): string {
  const rendered = paragraphs.map((part) => {
    if (typeof part === "string") return `<p>${escapeHtml(part)}</p>`;
    const href = escapeHtml(part.href);
    return `<p><a href="${href}">${href}</a></p>`;
  });
  const title = escapeHtml(subject);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
${rendered.join("\n")}
</body>
</html>
`;
}

/** For text and for attribute values in double quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

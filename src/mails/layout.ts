/** The frame of a mail's HTML, alike for every kind. */

/** For text and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** HTML that brings its own frame is left as it is. */
export function frame(locale: string, subject: string, html: string): string {
  if (/^\s*<(?:!doctype|html)\b/i.test(html)) return html;
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><title>${subject}</title></head>
<body>
<h1>${subject}</h1>
${html}
</body>
</html>
`;
}

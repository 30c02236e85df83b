/** Every mail as the settings make it, as one page to look at. */
import { renderPreview } from "../mails/preview.ts";
import { readPreviewPage } from "../platform/mail-template-files.ts";
import { senderOf } from "./jobs/outbox.ts";
import { openMailTemplates } from "./mail-templates.ts";
import type { Settings } from "./settings.ts";

/** The page, as HTML. Throws a `StartRefusedError` where a template has a fault. */
export function mailPreview(settings: Settings): string {
  const { name, address } = senderOf(settings);
  return renderPreview(readPreviewPage(), openMailTemplates(settings), {
    service: settings.SERVICE_NAME,
    from: `${name} <${address}>`,
  });
}

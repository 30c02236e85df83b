/** What administrators may see of the process that serves them. */
import type { DoctorReport } from "../contract/installation.ts";
import { remembered } from "../domain/remembered.ts";
import type { Storage } from "../domain/ports/storage.ts";
import type { Installation } from "../routes/installation.ts";
import { createRedaction } from "./doctor/redaction.ts";
import { examineWithin } from "./doctor/within.ts";
import { ownEnvironment, type Settings } from "./settings.ts";
import { shownSettings } from "./shown-settings.ts";

/** How long a report is good: whoever has corrected something looks again. Milliseconds. */
const REPORT_FRESH_MS = 5_000;

export function installationOf(
  settings: Settings,
  storage: Pick<Storage, "signingKeys">,
): Installation {
  const redact = createRedaction(ownEnvironment, settings, undefined);
  const reportAt = remembered<DoctorReport>(REPORT_FRESH_MS, (now) =>
    examineWithin(settings, storage, redact, now),
  );
  return { listSettings: () => shownSettings(settings, redact), reportAt };
}

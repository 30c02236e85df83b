import type { DoctorReport, Setting } from "../contract/installation.ts";
import type { Handlers } from "./handler.ts";

/** The installation, as only the process that serves it knows it. No secret is in either. */
export interface Installation {
  readonly listSettings: () => readonly Setting[];
  readonly reportAt: (now: number) => Promise<DoctorReport>;
}

export function createInstallationHandlers(
  installation: Installation,
): Pick<Handlers, "listSettings" | "getDoctorReport"> {
  return {
    listSettings: () => ({ status: 200, body: { items: [...installation.listSettings()] } }),
    async getDoctorReport({ occasion }) {
      return { status: 200, body: await installation.reportAt(occasion.now) };
    },
  };
}

/** Installs the packages of the peers, which only the bench needs. */
import { installLocked } from "../../scripts/locked-packages.ts";

export function installPeers(): Promise<void> {
  return installLocked(new URL("peers/", import.meta.url), "what Portcullis is compared with");
}

import { type KnownDevice, recognizeDevice } from "../domain/devices.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { readDeviceSecrets } from "./cookies.ts";

/** The device of the request's cookie; undefined unless the account with this address knows it. */
export async function findDevice(
  deps: Dependencies,
  occasion: Occasion,
  request: Request,
  email: string | undefined,
): Promise<KnownDevice | undefined> {
  const secrets = readDeviceSecrets(request);
  if (secrets.length === 0 || email === undefined) return undefined;
  return recognizeDevice(deps, occasion, secrets, email);
}

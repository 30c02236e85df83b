import { recognizeDevice } from "../domain/devices.ts";
import type { Dependencies } from "../domain/ports/dependencies.ts";
import type { Device } from "../domain/ports/devices.ts";
import type { Occasion } from "../domain/ports/events.ts";
import { readDeviceSecret } from "./cookies.ts";

/** The device of the request's cookie; undefined unless the account with this address knows it. */
export async function findDevice(
  deps: Dependencies,
  occasion: Occasion,
  request: Request,
  email: string | undefined,
): Promise<Device | undefined> {
  const secret = readDeviceSecret(request);
  if (secret === undefined || email === undefined) return undefined;
  return recognizeDevice(deps, occasion, secret, email);
}

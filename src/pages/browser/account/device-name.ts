import { readDevice } from "../parts/device.ts";
import { say } from "./words.ts";

/** Names a device in words: `Firefox on Windows`. */
export function deviceName(userAgent: string | null): string {
  const { program, system } = readDevice(userAgent);
  if (program !== undefined && system !== undefined) return say("programOn", { program, system });
  return program ?? system ?? say("unknownDevice");
}

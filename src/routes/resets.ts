import type { Dependencies } from "../domain/ports/dependencies.ts";
import { DEVICE_LIFETIME_SECONDS, nextSecrets } from "../domain/devices.ts";
import { requestReset, resetPassword } from "../domain/resets.ts";
import { deviceCookie } from "./cookies.ts";
import type { Handlers } from "./handler.ts";
import { overloaded } from "./overload.ts";
import { weakPassword } from "./weak-password.ts";

export function createResetHandlers(
  deps: Dependencies,
): Pick<Handlers, "forgotPassword" | "resetPassword"> {
  return {
    async forgotPassword({ input, occasion, acceptLanguage }) {
      await requestReset(deps, occasion, input.body.email, acceptLanguage());
      return { status: 202 };
    },
    async resetPassword({ input, occasion, readDeviceSecrets }) {
      const { token, newPassword } = input.body;
      const outcome = await resetPassword(deps, occasion, token, newPassword);
      if (!("failure" in outcome)) {
        const secrets = nextSecrets(outcome.deviceSecret, readDeviceSecrets(), undefined);
        return { status: 204, setCookies: [deviceCookie(secrets, DEVICE_LIFETIME_SECONDS)] };
      }
      switch (outcome.failure) {
        case "weak_password":
          return weakPassword(outcome);
        case "invalid_reset_token":
          return { problem: "invalid_reset_token" };
        case "overloaded":
          return overloaded("password_queue");
      }
    },
  };
}

/** True where the browser has passkeys. The client would say so, too, but only once one is asked for. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === "function";
}

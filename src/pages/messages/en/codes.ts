/** Words of what an app is set up with: its QR code, and the recovery codes. */
export const codes = {
  qrLabel: "QR code for your authenticator app",
  qrSecret: "Cannot scan it? Type this key into the app:",
  qrOpen: "Open the app on this device",
  codesTitle: "Keep your recovery codes",
  codesText:
    "With one of them you sign in when your device is gone. Each works once. They are shown now and never again.",
  codesHeading: "Recovery codes of {service}",
  codesFor: "For {email}",
  codesPrint: "Print",
  codesSave: "Save as a file",
  codesKept: "I have kept them in a safe place",
  codesKeptFirst: "Keep the codes first, then tick this.",
  codesDone: "Done",
} as const;

/**
 * Values that every application is given by the server, in `data-given` of its `<body>`: settings that are everybody's to
 * see, and what the settings offer. Nothing of a person, and nothing secret.
 */
import type { PasswordBounds } from "../contract/password-policy.ts";

export interface Given {
  /** SERVICE_NAME: the name people know the application by. */
  readonly service: string;
  /** Begins every path of ours, `/auth`; empty at the root. */
  readonly mountPath: string;
  /** Names of the cookie that carries the CSRF proof, and of the header that sends it back. */
  readonly csrf: { readonly cookie: string; readonly header: string };
  readonly waysIn: {
    /** MAIL_LOGIN: a code or a link by mail signs in. */
    readonly mailCode: boolean;
    /** False where no browser makes any: PUBLIC_URL is an IP address, or plain http. */
    readonly passkeys: boolean;
    /** In the order of their buttons. */
    readonly providers: readonly { readonly id: string; readonly name: string }[];
  };
  /** Open to everybody at once, to whoever proves an address, or to nobody. */
  readonly signup: "open" | "verified" | "closed";
  readonly newPassword: PasswordBounds;
  /** Accounts that must have a second factor. */
  readonly secondFactor: "optional" | "admins" | "required";
  /** `/docs` is served. */
  readonly hasDocs: boolean;
  /** `/admin` is served. */
  readonly hasConsole: boolean;
  /** Lines for a shell on the server's machine, as this installation calls its commands. */
  readonly commands: {
    readonly listKeys: string;
    readonly rotateKeys: string;
    readonly doctor: string;
  };
  /** `/sign-in`, `/sign-up` and `/account` are served. */
  readonly hasPages: boolean;
  /** URLs for the foot of the page. */
  readonly privacyUrl: string | null;
  readonly termsUrl: string | null;
  /** Path of the image to show before the service's name, with the mount path. */
  readonly logo: string | null;
  /** Origins that `return_to` may lead to, our own among them. */
  readonly returnOrigins: readonly string[];
}

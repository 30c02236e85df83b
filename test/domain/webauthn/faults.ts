/** The lies that both ceremonies are tried with, and the fault that each is. */
import { BE, BS, type Twist, UP, UV } from "../../support/authenticator.ts";
import { ORIGIN } from "./ceremonies.ts";

/** The ceremonies in which @simplewebauthn/server has no objection to a lie. */
export type TakenIn = "both" | "registration" | "assertion";

export type Lie = readonly [what: string, twist: Twist, fault: string, libraryTakesIn?: TakenIn];

const origins = [
  "https://evil-auth.example.org",
  "https://auth.example.org.evil.com",
  "https://evil.auth.example.org",
  "https://example.org",
  "https://auth.example.org:8443",
  "https://auth.example.org:443",
  "https://auth.example.org/",
  "https://AUTH.example.org",
  "http://auth.example.org",
  "https://auth.example.org\0",
  "android:apk-key-hash:other",
  "android:apk-key-hash:",
  "null",
  "",
];

export const origin: readonly Lie[] = [
  ...origins.map((each): Lie => [`the origin ${JSON.stringify(each)}`, { clientData: { origin: each } }, "origin"]), // prettier-ignore
  ["no origin", { clientData: { origin: undefined } }, "origin"],
  ["an origin that is null", { clientData: { origin: null } }, "origin"],
  ["a list of origins", { clientData: { origin: [ORIGIN] } }, "origin"],
  ["an RP ID that ends like ours", { rpId: "evil-auth.example.org" }, "rp"],
  ["the RP ID above ours", { rpId: "example.org" }, "rp"],
  ["the hash of no RP ID", { rpId: "" }, "rp"],
  ["crossOrigin", { clientData: { crossOrigin: true } }, "cross_origin", "both"],
  ["crossOrigin as a text", { clientData: { crossOrigin: "true" } }, "cross_origin", "both"],
  ["crossOrigin as null", { clientData: { crossOrigin: null } }, "cross_origin", "both"],
  [
    "a topOrigin",
    { clientData: { topOrigin: "https://evil.com" } },
    "cross_origin",
    "registration",
  ],
  ["our own topOrigin", { clientData: { topOrigin: ORIGIN } }, "cross_origin", "registration"],
];

export const clientData: readonly Lie[] = [
  ["another challenge", { clientData: { challenge: "AAAA" } }, "challenge"],
  ["no challenge", { clientData: { challenge: undefined } }, "challenge"],
  ["an empty challenge", { clientData: { challenge: "" } }, "challenge"],
  ["no type", { clientData: { type: undefined } }, "type"],
  ["the type of payments", { clientData: { type: "payment.get" } }, "type"],
  ["client data that is null", { rawClientData: Buffer.from("null") }, "malformed"],
  ["client data that is a number", { rawClientData: Buffer.from("1") }, "malformed"],
  ["client data that is a list", { rawClientData: Buffer.from("[]") }, "type"],
  ["client data that is no JSON", { rawClientData: Buffer.from("{") }, "malformed"],
  ["no client data", { rawClientData: Buffer.of() }, "malformed"],
  ["client data that is no UTF-8", { rawClientData: Buffer.from('{"a":"\xff"}', "latin1") }, "malformed"], // prettier-ignore
  ["client data that only inherits", { rawClientData: Buffer.from('{"__proto__":{"type":"webauthn.create"}}') }, "type"], // prettier-ignore
];

export const flags: readonly Lie[] = [
  ["without UP", { flags: UV | BE | BS }, "presence"],
  ["without any flag", { flags: 0 }, "presence"],
  ["without UV", { flags: UP | BE | BS }, "verification"],
  ["backed up, and not eligible", { flags: UP | UV | BS }, "backup"],
];

export const shape: readonly Lie[] = [
  ["a byte more of authenticator data", { authData: (bytes) => Buffer.concat([bytes, Buffer.of(0)]) }, "malformed"], // prettier-ignore
  [
    "a byte less of authenticator data",
    { authData: (bytes) => bytes.subarray(0, -1) },
    "malformed",
    "registration",
  ],
  ["36 bytes of authenticator data", { authData: (bytes) => bytes.subarray(0, 36) }, "malformed"],
  ["no authenticator data", { authData: () => Buffer.of() }, "malformed"],
  ["extensions that are a list", { extensions: [] }, "malformed", "both"],
  ["an id of another spelling", { id: "AA==" }, "credential_id", "both"],
  ["another rawId", { rawId: "AAAA" }, "credential_id"],
  ["no id", { id: "" }, "credential_id"],
];

/** Sets flags beside those of a lie. */
export function withFlags(bits: number, lies: readonly Lie[]): Lie[] {
  return lies.map(([what, twist, ...rest]) => {
    const flags = twist.flags === undefined ? {} : { flags: twist.flags | bits };
    return [what, { ...twist, ...flags }, ...rest];
  });
}

/** Lies by the names of their parts, for `it.each`. */
export function cases(lies: readonly Lie[]) {
  return lies.map(([what, twist, fault, takenIn]) => ({ what, twist, fault, takenIn }));
}

export type Case = ReturnType<typeof cases>[number];

/** Authenticator data (WebAuthn Level 3 §6.1): the authenticator's own word on the ceremony. */
import { createHash } from "node:crypto";
import { type ExpectedCeremony, refused, type Verified } from "./ceremony.ts";
import { readCbor } from "./cbor.ts";

export interface AuthenticatorData {
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly signCount: number;
  /** Of a registration alone. */
  readonly attested: AttestedCredential | undefined;
}

/** A new credential (§6.5.1). */
export interface AttestedCredential {
  readonly aaguid: Buffer;
  readonly credentialId: Buffer;
  /** A COSE key as it came, not yet judged. */
  readonly publicKey: Buffer;
}

/** The bits of the flags (§6.1). The two others are reserved, and may mean something one day. */
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;
const EXTENDED = 0x80;

/** Where each part begins: 32 bytes of hash, a byte of flags, 4 of counter, 16 of AAGUID, 2 of length, the id. */
const FLAGS_AT = 32;
const COUNTER_AT = 33;
const ATTESTED_AT = 37;
const ID_LENGTH_AT = 53;
const ID_AT = 55;

/** Reads authenticator data and judges what both ceremonies demand of it. Not one byte may follow. */
export function readAuthenticatorData(
  data: Buffer,
  { relyingParty, userVerification }: ExpectedCeremony,
): Verified<AuthenticatorData> {
  if (data.length < ATTESTED_AT) return refused("malformed");
  const rpIdHash = createHash("sha256").update(relyingParty.id).digest();
  if (!data.subarray(0, FLAGS_AT).equals(rpIdHash)) return refused("rp");
  const flags = data.readUInt8(FLAGS_AT);
  const has = (flag: number) => (flags & flag) !== 0;
  if (!has(USER_PRESENT)) return refused("presence");
  if (userVerification === "required" && !has(USER_VERIFIED)) return refused("verification");
  if (has(BACKED_UP) && !has(BACKUP_ELIGIBLE)) return refused("backup"); // §6.1.3: no such state
  const attested = has(ATTESTED) ? readAttested(data) : { credential: undefined, end: ATTESTED_AT };
  const end = attested && has(EXTENDED) ? endOfExtensions(data, attested.end) : attested?.end;
  if (attested === undefined || end !== data.length) return refused("malformed");
  return {
    ok: true,
    value: {
      userVerified: has(USER_VERIFIED),
      backupEligible: has(BACKUP_ELIGIBLE),
      backedUp: has(BACKED_UP),
      signCount: data.readUInt32BE(COUNTER_AT),
      attested: attested.credential,
    },
  };
}

function readAttested(
  data: Buffer,
): { readonly credential: AttestedCredential; readonly end: number } | undefined {
  if (data.length < ID_AT) return undefined;
  const keyAt = ID_AT + data.readUInt16BE(ID_LENGTH_AT);
  const key = readCbor(data, keyAt); // nothing else says where the key ends
  if (key === undefined) return undefined;
  const credential = {
    aaguid: data.subarray(ATTESTED_AT, ID_LENGTH_AT),
    credentialId: data.subarray(ID_AT, keyAt),
    publicKey: data.subarray(keyAt, key.end),
  };
  return { credential, end: key.end };
}

/** Extensions are a map; none was asked for, so none is read. */
function endOfExtensions(data: Buffer, start: number): number | undefined {
  const extensions = readCbor(data, start);
  return extensions?.value instanceof Map ? extensions.end : undefined;
}

/** Where breached passwords are looked up. */

/** A list of breached passwords by their SHA-1, which is no secret here: the list itself is of such hashes. */
export interface BreachSource {
  readonly name: "hibp" | "file";
  /** `hash` is 40 hexadecimal digits in capitals. Rejects with a `SourceFault` where nobody can tell now. */
  has(hash: string): Promise<boolean>;
  close(): Promise<void>;
}

/** The list could not be asked; the message is a word of ours. */
export class SourceFault extends Error {
  override readonly name = "SourceFault";
}

/** The start cannot go on, and whoever runs the server can mend it: the message says how, and is all that is shown. */
export class StartRefusedError extends Error {
  override readonly name = "StartRefusedError";
}

/** The client's own session: the pages use what applications use. */
export { createSession, type Session, type SessionState } from "@portcullis/client/session";

/** Tells a page who is signed in, and follows it. */
export { createSession, type Session, type SessionClient } from "./session.ts";
export type { SessionState } from "./state.ts";

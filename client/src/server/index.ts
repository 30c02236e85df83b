/** For the servers of pages: the calls of a visitor, made on their behalf. */
export { forward, type Forwarded, type ForwardOptions } from "./forward.ts";
export { sessionFrom } from "./session-from.ts";
export { parseSetCookie, type ParsedCookie } from "./set-cookie.ts";
export type { HeaderSource, Visitor, VisitorAddress } from "./visitor.ts";

/** The names of this very machine. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/;

/** True for a name of this machine. `hostname`: as a parsed URL has it. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

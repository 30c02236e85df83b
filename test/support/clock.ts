/** The instant at which the clock of the tests stands still: 2026-11-23T10:06:00.000Z, in milliseconds since the epoch. */
export const NOW = 1_795_428_360_000;

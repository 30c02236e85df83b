/**
 * Options of a test that asserts by time or by rank: it may fail twice. A fault in our code is there at
 * each attempt; other work on the machine is not.
 */
export const retryOnBusyMachine = { retry: 2 };

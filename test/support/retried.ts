/**
 * For a test that asserts by time or rank. What it is there to find is found at each try; what a busy
 * machine did meanwhile is not there again at the next.
 */
export const patience = { retry: 2 };

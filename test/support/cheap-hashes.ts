/**
 * 16 rounds of bcrypt instead of 1,024: the least there is, and less than any setting allows (PW-08).
 * Most of the suite would otherwise be waiting for passwords. What is about their price pays it.
 */
export const CHEAP_COST = 4;

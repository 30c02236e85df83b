/**
 * An empty record without a prototype, for keys that the client chooses: `constructor` is absent
 * from it, and `__proto__` is a key like any other.
 */
export function createRecord<TValue>(): Record<string, TValue> {
  return Object.create(null) as Record<string, TValue>; // typed `any` by the platform
}

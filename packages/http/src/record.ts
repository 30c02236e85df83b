/**
 * An empty record without a prototype, for keys that the client chooses: `constructor` is absent
 * from it, and `__proto__` is a key like any other.
 */
export function createRecord<TValue>(): Record<string, TValue> {
  const record: Record<string, TValue> = Object.create(null); // typed `any` by the platform
  return record;
}

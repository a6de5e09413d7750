import type { ConnectionType } from './connection-type.ts';

/** Puts work off until a type needs it, and does it once per type. */
export function oncePerType<T extends object>(
  build: (type: ConnectionType) => T,
): (type: ConnectionType) => T {
  const built = new WeakMap<ConnectionType, T>();
  return (type) => {
    const known = built.get(type);
    if (known) return known;
    const fresh = build(type);
    built.set(type, fresh);
    return fresh;
  };
}

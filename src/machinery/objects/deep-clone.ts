import type { Mutable } from '#machinery/schema/schema.ts';

/** A copy of JSON data that shares nothing with the original; the caller owns it. */
export function deepClone<T>(value: T): Mutable<T> {
  return clone(value) as Mutable<T>;
}

function clone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) items[i] = clone(value[i]);
    return items;
  }
  const source = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const key in source) {
    const member = source[key];
    // Assigning this name would set the prototype.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: clone(member), ...DATA_PROPERTY });
    else copy[key] = typeof member === 'object' ? clone(member) : member;
  }
  return copy;
}

const DATA_PROPERTY = { writable: true, enumerable: true, configurable: true };

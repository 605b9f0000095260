import { EntryMap, type Value } from './values.ts';

/** Plain data, such as JSON or what an object of the API holds, as expressions see it. */
export function plainValue(data: unknown): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === 'number') return Number.isInteger(data) ? BigInt(data) : data;
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint') return data;
  if (Array.isArray(data)) return data.map(plainValue);
  const members = Object.entries(data).filter(([, value]) => value !== undefined);
  return new EntryMap(members.map(([name, value]) => [name, plainValue(value)]));
}

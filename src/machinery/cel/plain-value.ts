import { EntryMap, type Value } from './values.ts';

/** How plain data become values. */
export interface PlainForm {
  /** By default a number without a fraction is an `int`; as JSON knows none, all can be `double`. */
  readonly allDoubles?: boolean;
  /** Makes maps. */
  readonly toMap?: (entries: readonly (readonly [string, Value])[]) => Value;
}

const toEntryMap = (entries: readonly (readonly [string, Value])[]): Value => new EntryMap(entries);

/** Plain data, such as JSON or what an object of the API holds, as expressions see it. */
export function plainValue(data: unknown, form: PlainForm = {}): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === 'number') return Number.isInteger(data) && !form.allDoubles ? BigInt(data) : data;
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint') return data;
  if (Array.isArray(data)) return data.map((item) => plainValue(item, form));
  const members = Object.entries(data).filter(([, value]) => value !== undefined);
  const { toMap = toEntryMap } = form;
  return toMap(members.map(([name, value]) => [name, plainValue(value, form)]));
}

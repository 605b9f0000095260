import { fnv1a } from '#base/fnv.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name for JSON data, the same whatever the order of its keys: FNV-1a in the letters that names of pods use.
 * `salt` makes another one of the same data.
 */
export function safeHash(data: unknown, salt?: number): string {
  const text = canonical(data) + (salt === undefined ? '' : `#${salt}`);
  return safeEncode(String(fnv1a(text)));
}

/** Text in letters from which no words can be made, one for each character. */
export const safeEncode = (text: string): string =>
  [...text].map((char) => ALPHABET[char.charCodeAt(0) % ALPHABET.length]).join('');

/** `NAME-HASH`, of a name that is cut off where both would be longer than names of objects may be. */
export const hashedName = (name: string, hash: string, longest = LONGEST_NAME - hash.length - 1): string =>
  `${name.slice(0, longest)}-${hash}`;

const LONGEST_NAME = 253;

/** JSON without spaces, its keys in order. */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return stringifyJson(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

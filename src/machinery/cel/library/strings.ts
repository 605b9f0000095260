import { type Functions, member, plain } from '../environment.ts';
import { BOOL, DYN, INT, listOf, STRING } from '../types.ts';
import { CelError, type Value } from '../values.ts';
import { formatText } from './format-text.ts';
import { quoteText } from './quote-text.ts';

const points = (text: string): string[] => [...text];

function position(length: number, index: bigint): number {
  if (index < 0n || index > BigInt(length)) throw new CelError(`index out of range: ${index}`);
  return Number(index);
}

function charAt(text: string, index: bigint): string {
  const characters = points(text);
  return characters[position(characters.length, index)] ?? '';
}

/** Where `part` begins at or after `from`, or ends the search before it; in characters, -1 where it does not. */
function search(text: string, part: string, from: bigint | undefined, last: boolean): bigint {
  const [characters, wanted] = [points(text), points(part)];
  const start = from === undefined ? (last ? characters.length : 0) : position(characters.length, from);
  if (part === '') return BigInt(start);
  const fits = (at: number): boolean => wanted.every((each, index) => characters[at + index] === each);
  const final = characters.length - wanted.length;
  if (last) {
    for (let at = Math.min(start, final); at >= 0; at--) if (fits(at)) return BigInt(at);
  } else {
    for (let at = start; at <= final; at++) if (fits(at)) return BigInt(at);
  }
  return -1n;
}

function substring(text: string, start: bigint, end?: bigint): string {
  const characters = points(text);
  const [from, to] = [start, end ?? BigInt(characters.length)];
  const length = BigInt(characters.length);
  if (from < 0n || from > length) throw new CelError(`index out of range: ${from}`);
  if (to < 0n || to > length) throw new CelError(`index out of range: ${to}`);
  if (from > to) throw new CelError(`invalid substring range. start: ${from}, end: ${to}`);
  return characters.slice(Number(from), Number(to)).join('');
}

function replace(text: string, old: string, by: string, most = -1n): string {
  if (most < 0n) return text.split(old).length > 0 && old === '' ? surround(text, by) : text.replaceAll(old, () => by);
  const parts = old === '' ? ['', ...points(text), ''] : text.split(old);
  const count = Number(most);
  return parts.slice(1).reduce((all, part, index) => all + (index < count ? by : old) + part, parts[0]!);
}

const surround = (text: string, by: string): string =>
  by +
  points(text)
    .map((each) => each + by)
    .join('');

function split(text: string, separator: string, most = -1n): string[] {
  if (most === 0n) return [];
  const parts = separator === '' ? points(text) : text.split(separator);
  const limit = Number(most);
  if (most < 0n || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function join(list: readonly Value[], separator = ''): string {
  return list
    .map((each) => {
      if (typeof each !== 'string') throw new CelError('no such overload');
      return each;
    })
    .join(separator);
}

const ascii = (text: string, pattern: RegExp, change: (text: string) => string): string =>
  text.replace(pattern, (letters) => change(letters));

const SPACE = '[\\u0009-\\u000d\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const EDGES = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

/** Texts. */
export const STRINGS: Functions = {
  contains: [member([STRING, STRING], BOOL, (text: string, part: string) => text.includes(part))],
  startsWith: [member([STRING, STRING], BOOL, (text: string, part: string) => text.startsWith(part))],
  endsWith: [member([STRING, STRING], BOOL, (text: string, part: string) => text.endsWith(part))],
  charAt: [member([STRING, INT], STRING, charAt)],
  indexOf: [
    member([STRING, STRING], INT, (text: string, part: string) => search(text, part, undefined, false)),
    member([STRING, STRING, INT], INT, (text: string, part: string, from: bigint) => search(text, part, from, false)),
  ],
  lastIndexOf: [
    member([STRING, STRING], INT, (text: string, part: string) => search(text, part, undefined, true)),
    member([STRING, STRING, INT], INT, (text: string, part: string, from: bigint) => search(text, part, from, true)),
  ],
  lowerAscii: [member([STRING], STRING, (text: string) => ascii(text, /[A-Z]+/g, (each) => each.toLowerCase()))],
  upperAscii: [member([STRING], STRING, (text: string) => ascii(text, /[a-z]+/g, (each) => each.toUpperCase()))],
  replace: [
    member([STRING, STRING, STRING], STRING, (text: string, old: string, by: string) => replace(text, old, by)),
    member([STRING, STRING, STRING, INT], STRING, replace),
  ],
  split: [
    member([STRING, STRING], listOf(STRING), (text: string, by: string) => split(text, by)),
    member([STRING, STRING, INT], listOf(STRING), split),
  ],
  substring: [
    member([STRING, INT], STRING, (text: string, start: bigint) => substring(text, start)),
    member([STRING, INT, INT], STRING, substring),
  ],
  trim: [member([STRING], STRING, (text: string) => text.replace(EDGES, ''))],
  join: [
    member([listOf(STRING)], STRING, (list: readonly Value[]) => join(list)),
    member([listOf(STRING), STRING], STRING, join),
  ],
  format: [member([STRING, listOf(DYN)], STRING, formatText)],
  'strings.quote': [plain([STRING], STRING, quoteText)],
};

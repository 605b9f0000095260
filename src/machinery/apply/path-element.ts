/**
 * Path elements as FieldsV1 writes them: `f:` a member by name, `k:` a list item by its keys (JSON, keys in order),
 * `v:` a list item by its value (JSON), `i:` a list item by its place.
 */
export const fieldElement = (name: string): string => `f:${name}`;

export const valueElement = (value: unknown): string => `v:${jsonText(value)}`;

/** `keys` in order of their names. */
export const keyElement = (keys: readonly (readonly [name: string, value: unknown])[]): string =>
  `k:{${keys.map(([name, value]) => `${jsonText(name)}:${jsonText(value)}`).join(',')}}`;

const ESCAPED = /[<>&\u2028\u2029]/;
const ESCAPES = /[<>&\u2028\u2029]/g;

/** JSON with the characters escaped that Go's encoder escapes. */
export function jsonText(value: unknown): string {
  const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  if (!ESCAPED.test(text)) return text;
  return text.replace(ESCAPES, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * The same element in canonical form; undefined for kinds of elements that are not known, which are to be left out.
 * Throws a `SyntaxError` for what is none.
 */
export function canonicalElement(text: string): string | undefined {
  if (text.length < 2) throw new SyntaxError(`read field path: ${JSON.stringify(text)} is shorter than 2 characters`);
  if (text[1] !== ':') throw new SyntaxError(`read field path: ${JSON.stringify(text)} has no colon`);
  switch (text[0]) {
    case 'f':
      return text;
    case 'v':
      return valueElement(JSON.parse(text.slice(2)));
    case 'k':
      return keyElement(sortedKeys(JSON.parse(text.slice(2))));
    case 'i':
      if (!/^i:[+-]?\d+$/.test(text)) throw new SyntaxError(`read field path: ${JSON.stringify(text)} is no index`);
      return `i:${Number(text.slice(2))}`;
    default:
      return undefined;
  }
}

function sortedKeys(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('read field path: keys of an item are not an object');
  return Object.entries(value).sort(([a], [b]) => compareText(a, b));
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const RANKS = 'fkvi';

/** Upstream's order: names, then keys, then values, then places. */
export function compareElements(a: string, b: string): number {
  const rank = RANKS.indexOf(a[0]!) - RANKS.indexOf(b[0]!);
  if (rank !== 0) return rank;
  switch (a[0]) {
    case 'k':
      return compareKeys(parsed(a), parsed(b));
    case 'f':
      return compareText(a, b);
    default:
      return compareValues(parsed(a), parsed(b));
  }
}

const parsed = (element: string): unknown => JSON.parse(element.slice(2));

function compareKeys(a: unknown, b: unknown): number {
  const [left, right] = [Object.entries(a as object), Object.entries(b as object)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const names = compareText(left[i]![0], right[i]![0]);
    if (names !== 0) return names;
    const values = compareValues(left[i]![1], right[i]![1]);
    if (values !== 0) return values;
  }
  return left.length - right.length;
}

const TYPE_RANKS = ['number', 'string', 'boolean'];

function compareValues(a: unknown, b: unknown): number {
  const rank = TYPE_RANKS.indexOf(typeof a) - TYPE_RANKS.indexOf(typeof b);
  if (rank !== 0) return rank;
  if (typeof a === 'number') return a - (b as number);
  return compareText(String(a), String(b));
}

/** How errors name an element: `.spec`, `[name="web"]`, `[="a"]`, `[0]`. */
export function elementText(element: string): string {
  switch (element[0]) {
    case 'f':
      return `.${element.slice(2)}`;
    case 'k':
      return `[${Object.entries(parsed(element) as object)
        .map(([name, value]) => `${name}=${valueText(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${valueText(parsed(element))}]`;
    default:
      return `[${element.slice(2)}]`;
  }
}

const valueText = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

/** `.spec.containers[name="web"].image` */
export const pathText = (path: readonly string[]): string => path.map(elementText).join('');

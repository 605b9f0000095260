import { table } from '#base/table.ts';
import { isIdentifier } from './parser.ts';
import { EntryMap, type Value } from './values.ts';

const CHARACTERS = table<string>({ underscores: '__', dot: '.', dash: '-', slash: '/' });

/** A map whose keys can also be named as fields: `a__dot__b` for `a.b`, `__in__` for `in`. */
export class EscapedMap extends EntryMap {
  override find(key: Value): Value | undefined {
    return super.find(unescaped(key));
  }
  override has(key: Value): boolean {
    return super.has(unescaped(key));
  }
}

/** The key itself where nothing in it is escaped, or something is that cannot be. */
function unescaped(key: Value): Value {
  if (typeof key !== 'string') return key;
  let isEscaped = true;
  const name = key.replaceAll(/__([^_]+)__/g, (whole, word: string) => {
    const isReserved = /^[a-z]+$/.test(word) && !isIdentifier(word) && whole.length === key.length;
    if (!(word in CHARACTERS) && !isReserved) isEscaped = false;
    return CHARACTERS[word] ?? word;
  });
  return isEscaped ? name : key;
}

const ESCAPED = table<string>({
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
});

/** A member's name as expressions can write it; undefined where they cannot. */
export function escapedName(name: string): string | undefined {
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined;
  if (/^[a-z]+$/.test(name) && !isIdentifier(name)) return `__${name}__`;
  return name.replaceAll(/__|[-./]/g, (text) => ESCAPED[text] ?? text);
}

import { table } from '#base/table.ts';
import { Uint, type Value } from './values.ts';

export interface Literal {
  readonly end: number;
  readonly value?: Value;
  /** What is wrong with it. */
  readonly error?: string;
}

const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|[0-9]*\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|[0-9]+[uU]?/y;
const TEXT = /([rRbB]{0,2})("""|'''|"|')/y;
const MAX_INT = 2n ** 63n;
const MAX_UINT = 2n ** 64n - 1n;

/** The number, text or bytes that start at an offset; undefined where something else does. */
export function readLiteral(source: string, at: number): Literal | undefined {
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(source)?.[0];
  if (number !== undefined) return { end: at + number.length, ...readNumber(number) };
  TEXT.lastIndex = at;
  const opening = TEXT.exec(source);
  if (opening === null) return undefined;
  const prefix = opening[1]!.toLowerCase();
  if (prefix === 'rr' || prefix === 'bb') return undefined;
  return readText(source, at + opening[0].length, opening[2]!, prefix);
}

function readNumber(text: string): { value: Value } | { error: string } {
  const hex = /^0x/i.test(text);
  if (!hex && /[.eE]/.test(text)) return { value: Number(text) };
  const unsigned = /u$/i.test(text);
  const number = BigInt(unsigned ? text.slice(0, -1) : text);
  if (unsigned) return number > MAX_UINT ? { error: 'invalid uint literal' } : { value: new Uint(number) };
  // The smallest integer is written as the negation of one that is too large.
  return number > MAX_INT ? { error: 'invalid int literal' } : { value: number };
}

/** Whether an integer literal only makes sense behind a minus. */
export const isTooLarge = (value: Value): boolean => value === MAX_INT;

function readText(source: string, from: number, quote: string, prefix: string): Literal {
  const raw = prefix.includes('r');
  let at = from;
  while (at < source.length && !source.startsWith(quote, at)) {
    if (quote.length === 1 && source[at] === '\n') break;
    at += source[at] === '\\' && !raw ? 2 : 1;
  }
  if (!source.startsWith(quote, at)) {
    const seen = source.slice(from - quote.length, Math.min(at + 1, source.length));
    return { end: source.length, error: `Syntax error: token recognition error at: '${seen}'` };
  }
  const end = at + quote.length;
  const body = source.slice(from, at).replaceAll('\r\n', '\n');
  const bytes = prefix.includes('b');
  if (raw) return { end, value: bytes ? new TextEncoder().encode(body) : body };
  const value = bytes ? unescapeBytes(body) : unescapeText(body);
  return value === undefined ? { end, error: `invalid ${bytes ? 'bytes' : 'string'} literal` } : { end, value };
}

const ESCAPE =
  /\\(?:([abfnrtv\\?"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))|\\|[^\\]+/gs;
const NAMED = table<string>({ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' });

function unescapeText(body: string): string | undefined {
  let text = '';
  for (const [all, named, hex, short, long, octal] of body.matchAll(ESCAPE)) {
    if (all === '\\') return undefined;
    const code = hex ?? short ?? long;
    if (named !== undefined) text += NAMED[named] ?? named;
    else if (octal !== undefined) text += String.fromCodePoint(Number.parseInt(octal, 8));
    else if (code === undefined) text += all;
    else {
      const point = Number.parseInt(code, 16);
      if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
      text += String.fromCodePoint(point);
    }
  }
  return text;
}

function unescapeBytes(body: string): Uint8Array | undefined {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [all, named, hex, short, long, octal] of body.matchAll(ESCAPE)) {
    if (all === '\\' || short !== undefined || long !== undefined) return undefined;
    if (named !== undefined) bytes.push((NAMED[named] ?? named).charCodeAt(0));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else bytes.push(...encoder.encode(all));
  }
  return new Uint8Array(bytes);
}

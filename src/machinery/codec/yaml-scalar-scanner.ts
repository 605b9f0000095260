import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isDigit, type YamlCursor } from './yaml-cursor.ts';
import { YamlFolding } from './yaml-folding.ts';

/** Where in the text a scalar is. */
export interface YamlPlace {
  /** The column of the innermost block collection, -1 outside. */
  readonly indent: number;
  readonly isInFlow: boolean;
}

/** Reads a scalar without quotes. `endsLine` tells that it ended where a line had begun. */
export function scanPlain(cursor: YamlCursor, { indent, isInFlow }: YamlPlace): { value: string; endsLine: boolean } {
  const space = new YamlFolding();
  let value = '';
  const checkTab = () => {
    if (cursor.column <= indent && cursor.is('\t'))
      throw cursor.fault('found a tab character that violates indentation');
  };
  while (!cursor.isDocumentIndicator() && !cursor.is('#')) {
    const from = cursor.at;
    while (!endsPlain(cursor, isInFlow)) cursor.skip();
    if (cursor.at > from) value += space.join() + cursor.text.slice(from, cursor.at);
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    space.take(cursor, checkTab);
    if (!isInFlow && cursor.column <= indent) break;
  }
  return { value, endsLine: space.isBroken };
}

function endsPlain(cursor: YamlCursor, isInFlow: boolean): boolean {
  const code = cursor.peek();
  if (isBlankOrEnd(code)) return true;
  if (code === 0x3a && isBlankOrEnd(cursor.peek(1))) return true;
  return isInFlow && cursor.isOneOf(',?[]{}');
}

/** Reads a scalar in quotes. */
export function scanQuoted(cursor: YamlCursor, quote: '"' | "'"): string {
  const space = new YamlFolding();
  let value = '';
  cursor.skip();
  for (;;) {
    if (cursor.isDocumentIndicator()) throw cursor.fault('found unexpected document indicator');
    if (cursor.peek() === 0) throw cursor.fault('found unexpected end of stream');
    let isEscapedBreak = false;
    while (!isBlankOrEnd(cursor.peek()) && !isEscapedBreak) {
      if (cursor.is(quote)) {
        if (quote === '"' || !cursor.is(quote, 1)) break;
        cursor.skip();
        value += cursor.read();
      } else if (quote === '"' && cursor.is('\\')) {
        isEscapedBreak = isBreak(cursor.peek(1));
        if (!isEscapedBreak) value += scanEscape(cursor);
      } else value += cursor.read();
    }
    if (isEscapedBreak) {
      cursor.skip();
      cursor.readBreak();
      space.isBroken = true;
    }
    if (cursor.is(quote)) break;
    space.take(cursor);
    value += space.join();
  }
  cursor.skip();
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function scanEscape(cursor: YamlCursor): string {
  const name = cursor.text[cursor.at + 1]!;
  const length = CODE_LENGTHS[name];
  const text = Object.hasOwn(ESCAPES, name) ? ESCAPES[name] : undefined;
  if (length === undefined && text === undefined) throw cursor.fault('found unknown escape character');
  cursor.skip();
  cursor.skip();
  if (length === undefined) return text!;
  const digits = cursor.text.slice(cursor.at, cursor.at + length);
  if (!/^[0-9A-Fa-f]+$/.test(digits)) throw cursor.fault('did not find expected hexdecimal number');
  const code = Number.parseInt(digits, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
    throw cursor.fault('found invalid Unicode character escape code');
  for (let digit = 0; digit < length; digit++) cursor.skip();
  return String.fromCodePoint(code);
}

/** Reads a scalar of lines (`|`) or of folded lines (`>`). */
export function scanBlock(cursor: YamlCursor, parentIndent: number): string {
  const isLiteral = cursor.is('|');
  cursor.skip();
  const { chomping, increment } = scanBlockHeader(cursor);
  const given = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  let value = '';
  let lastBreak = '';
  let wasBlank = false;
  let { indent, breaks } = scanBlockBreaks(cursor, given, parentIndent);
  while (cursor.column === indent && cursor.peek() !== 0) {
    const startsBlank = isBlank(cursor.peek());
    const isFolded = !isLiteral && !wasBlank && !startsBlank && lastBreak === '\n';
    value += (isFolded ? (breaks === '' ? ' ' : '') : lastBreak) + breaks;
    wasBlank = startsBlank;
    const from = cursor.at;
    while (!isBreakOrEnd(cursor.peek())) cursor.skip();
    value += cursor.text.slice(from, cursor.at);
    lastBreak = cursor.peek() === 0 ? '' : cursor.readBreak();
    ({ indent, breaks } = scanBlockBreaks(cursor, indent, parentIndent));
  }
  return value + (chomping === '-' ? '' : lastBreak) + (chomping === '+' ? breaks : '');
}

/** What follows `|` or `>` on its line: how the end is chomped and how far the lines are indented, in either order. */
function scanBlockHeader(cursor: YamlCursor): { chomping: string; increment: number } {
  const scanChomping = () => (cursor.isOneOf('+-') ? cursor.read() : '');
  let chomping = scanChomping();
  let increment = 0;
  if (isDigit(cursor.peek())) {
    if (cursor.is('0')) throw cursor.fault('found an indentation indicator equal to 0');
    increment = Number(cursor.read());
    if (chomping === '') chomping = scanChomping();
  }
  if (!cursor.skipRestOfLine()) throw cursor.fault('did not find expected comment or line break');
  return { chomping, increment };
}

/** Empty lines and the indentation of the next one; where none is known yet (0) the deepest of them is taken. */
function scanBlockBreaks(cursor: YamlCursor, known: number, parentIndent: number): { indent: number; breaks: string } {
  let breaks = '';
  let deepest = 0;
  const isBefore = () => known === 0 || cursor.column < known;
  for (;;) {
    while (isBefore() && cursor.is(' ')) cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if (isBefore() && cursor.is('\t'))
      throw cursor.fault('found a tab character where an indentation space is expected');
    if (!isBreak(cursor.peek())) break;
    breaks += cursor.readBreak();
  }
  return { indent: known === 0 ? Math.max(deepest, parentIndent + 1, 1) : known, breaks };
}

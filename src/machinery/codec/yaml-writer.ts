import { isAmbiguousPlain } from './yaml-scalars.ts';

/** Where upstream's writer begins to break lines. */
const WIDTH = 80;

/** YAML text of JSON data in upstream's style: sorted keys, lists not indented, quotes only where they are needed. */
export function stringifyYaml(value: unknown): string {
  const writer = new Writer();
  writer.node(value, 0, 0);
  return writer.text;
}

class Writer {
  text = '';

  /** Writes a node whose first line has begun; `indent` is that of the lines which follow it. */
  node(value: unknown, indent: number, column: number): void {
    if (Array.isArray(value)) this.#list(value, indent);
    else if (typeof value === 'object' && value !== null) this.#map(value as Record<string, unknown>, indent);
    else this.text += `${scalarText(value, indent, column)}\n`;
  }

  #map(value: Readonly<Record<string, unknown>>, indent: number): void {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort(compareKeys);
    if (keys.length === 0) this.text += '{}\n';
    for (const [index, key] of keys.entries()) {
      const label = `${keyText(key)}:`;
      this.text += `${index === 0 ? '' : ' '.repeat(indent)}${label}`;
      this.#member(value[key], indent, indent + label.length + 1);
    }
  }

  #member(value: unknown, indent: number, column: number): void {
    if (!isFilledCollection(value)) {
      this.text += ' ';
      this.node(value, indent + 2, column);
      return;
    }
    const inner = Array.isArray(value) ? indent : indent + 2;
    this.text += `\n${' '.repeat(inner)}`;
    this.node(value, inner, inner);
  }

  #list(value: readonly unknown[], indent: number): void {
    if (value.length === 0) this.text += '[]\n';
    for (const [index, item] of value.entries()) {
      this.text += `${index === 0 ? '' : ' '.repeat(indent)}- `;
      this.node(item, indent + 2, indent + 2);
    }
  }
}

const isFilledCollection = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).some((member) => member !== undefined);

function scalarText(value: unknown, indent: number, column: number): string {
  if (typeof value === 'string') return stringText(value, indent, column);
  if (typeof value === 'number') return numberText(value);
  return String(value ?? null);
}

function numberText(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e([+-])([0-9])$/, 'e$10$2');
}

const keyText = (key: string): string => (key.includes('\n') ? doubleQuoted(key) : stringText(key, 0, Number.NaN));

function stringText(text: string, indent: number, column: number): string {
  if (needsEscapes(text)) return folded(doubleQuoted(text), indent, column);
  if (text.includes('\n')) return text.endsWith(' ') ? doubleQuoted(text) : literal(text, indent);
  if (isAmbiguousPlain(text)) return folded(doubleQuoted(text), indent, column);
  if (isPlain(text)) return folded(text, indent, column);
  return folded(`'${text.replaceAll("'", "''")}'`, indent, column);
}

/** Control characters, tabs, characters past 16 bits, and spaces before line breaks: only double quotes can hold them. */
const needsEscapes = (text: string): boolean =>
  /[^\n\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD]| \n/u.test(text);

function isPlain(text: string): boolean {
  if (/^[ #,[\]{}&*!|>'"%@`]|^(---|\.\.\.)|[ \t]$|^\t/.test(text)) return false;
  return !/^[-?:]([ \t]|$)|:([ \t]|$)|[ \t]#/.test(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1B': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
  '\uFEFF': '\\uFEFF',
};

function doubleQuoted(text: string): string {
  const escaped = text.replace(
    /["\\\x00-\x1F\x7F-\x9F\u2028\u2029\uD800-\uDFFF\uFEFF\u{10000}-\u{10FFFF}]/gu,
    (char) => ESCAPES[char] ?? hexEscape(char.codePointAt(0)!),
  );
  return `"${escaped}"`;
}

function hexEscape(code: number): string {
  const digits = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomping = text.endsWith('\n\n') || text === '\n' ? '+' : text.endsWith('\n') ? '' : '-';
  const body = text.replace(/\n$/, '').replace(/^(?=[^\n])/gm, ' '.repeat(indent));
  return `|${hint}${chomping}\n${body}`;
}

/**
 * Breaks a long line at single spaces, in double quotes also at the first of several: readers drop blanks at a break, unless
 * they are escaped. The first and the last character of what is quoted stay where they are.
 */
function folded(text: string, indent: number, start: number): string {
  if (!(start + text.length > WIDTH)) return text;
  const quote = text[0] === '"' || text[0] === "'" ? text[0] : '';
  const last = text.length - 1 - 2 * quote.length;
  let out = '';
  let column = start;
  for (let i = 0; i < text.length; i++) {
    const isFirst = text[i] === ' ' && text[i - 1] !== ' ' && i > quote.length && (i <= last || quote === '');
    const isRun = text[i + 1] === ' ';
    if (isFirst && column > WIDTH && (!isRun || quote === '"')) {
      out += `\n${' '.repeat(indent)}${isRun ? '\\' : ''}`;
      column = indent + (isRun ? 1 : 0);
    } else {
      out += text[i];
      column++;
    }
  }
  return out;
}

const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';
const isLetter = (char: string): boolean => /\p{L}/u.test(char);

/** Upstream's order of keys: letters after all else, and numbers inside names by value. */
function compareKeys(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at === a.length || at === b.length) return a.length - b.length;
  const letterA = isLetter(a[at]!);
  const letterB = isLetter(b[at]!);
  if (letterA && letterB) return a[at]! < b[at]! ? -1 : 1;
  if (letterA || letterB) return isDigit(a[at - 1]) === letterA ? -1 : 1;
  const [numberA, numberB] = [numberAt(a, at), numberAt(b, at)];
  if (numberA !== numberB) return numberA < numberB ? -1 : 1;
  return a[at]! < b[at]! ? -1 : 1;
}

/** The number whose digits surround a position; digits before it are the same in both keys. */
function numberAt(text: string, at: number): number {
  let end = at;
  while (isDigit(text[end])) end++;
  let start = at;
  while (start > 0 && isDigit(text[start - 1])) start--;
  return end === at ? 0 : Number(text.slice(start, end));
}

import { readLiteral } from './literals.ts';
import type { Value } from './values.ts';

export interface Token {
  readonly kind: 'end' | 'identifier' | 'literal' | 'punctuation' | 'error';
  /** The text of identifiers and punctuation, the message of an error. */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  readonly value?: Value;
}

const SPACE = /(?:[\t\n\f\r ]|\/\/[^\n]*)+/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const PUNCTUATION = /==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}]/y;

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** The next token at or after an offset. */
export function nextToken(source: string, from: number): Token {
  const at = from + (match(SPACE, source, from)?.length ?? 0);
  if (at >= source.length) return { kind: 'end', text: '<EOF>', at: source.length, end: source.length };
  const literal = readLiteral(source, at);
  if (literal !== undefined) {
    const { end, value, error } = literal;
    if (error !== undefined) return { kind: 'error', text: error, at, end };
    return { kind: 'literal', text: source.slice(at, end), at, end, value: value! };
  }
  const word = match(WORD, source, at);
  if (word !== undefined) return { kind: 'identifier', text: word, at, end: at + word.length };
  const punctuation = match(PUNCTUATION, source, at);
  if (punctuation !== undefined) return { kind: 'punctuation', text: punctuation, at, end: at + punctuation.length };
  const character = String.fromCodePoint(source.codePointAt(at)!);
  const message = `Syntax error: token recognition error at: '${character}'`;
  return { kind: 'error', text: message, at, end: at + character.length };
}

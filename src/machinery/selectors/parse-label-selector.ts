import { Selector } from './label-selector.ts';
import {
  BINARY_OPERATORS,
  checkKey,
  newRequirement,
  type Operator,
  type Requirement,
  SelectorError,
} from './requirement.ts';

/** Reads `a=b,c in (d,e),!f,g>1`; throws `SelectorError`. The empty text selects everything. */
export function parseLabelSelector(text: string): Selector {
  return new Selector(new Parser(scan(text)).parse());
}

type TokenKind =
  | 'end'
  | 'error'
  | 'identifier'
  | ')'
  | ','
  | '!'
  | '=='
  | '='
  | '>'
  | 'in'
  | '<'
  | '!='
  | 'notin'
  | '(';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SYMBOLS: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const isSpace = (char: string) => char === ' ' || char === '\t' || char === '\r' || char === '\n';
const isSymbol = (char: string) => '=!(),><'.includes(char);

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    if (isSpace(text[position]!)) {
      position++;
      continue;
    }
    const token = isSymbol(text[position]!) ? scanSymbol(text, position) : scanWord(text, position);
    tokens.push(token);
    position += token.text.length;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

function scanSymbol(text: string, start: number): Token {
  const two = text.slice(start, start + 2);
  const symbol = SYMBOLS.has(two) ? two : text[start]!;
  return { kind: symbol as TokenKind, text: symbol };
}

function scanWord(text: string, start: number): Token {
  let end = start;
  while (end < text.length && !isSymbol(text[end]!) && !isSpace(text[end]!)) end++;
  const word = text.slice(start, end);
  return { kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word };
}

const TOKEN_OPERATORS: Partial<Record<TokenKind, Operator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

/** Recursive descent. `in` and `notin` are operators only where an operator stands; elsewhere they are words. */
class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { kind, text } = this.#peek();
      if (kind === 'end') return requirements;
      if (kind !== 'identifier' && kind !== '!')
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#checkedRequirement());
      if (!this.#separator()) return requirements;
    }
  }

  /** Consumes what follows a requirement; whether another one comes. */
  #separator(): boolean {
    const { kind, text } = this.#next();
    if (kind === 'end') return false;
    if (kind !== ',') throw new SelectorError(`found '${text}', expected: ',' or 'end of string'`);
    const following = this.#peek();
    if (following.kind !== 'identifier' && following.kind !== '!')
      throw new SelectorError(`found '${following.text}', expected: identifier after ','`);
    return true;
  }

  #checkedRequirement(): Requirement {
    try {
      return this.#requirement();
    } catch (error) {
      if (!(error instanceof SelectorError)) throw error;
      throw new SelectorError(`unable to parse requirement: ${error.message}`);
    }
  }

  #requirement(): Requirement {
    let token = this.#next();
    const negated = token.kind === '!';
    if (negated) token = this.#next();
    if (token.kind !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    checkKey(token.text);
    const { kind } = this.#peek();
    if (negated) return newRequirement(token.text, '!', []);
    if (kind === 'end' || kind === ',') return newRequirement(token.text, 'exists', []);
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()];
    return newRequirement(token.text, operator, [...new Set(values)].sort());
  }

  #operator(): Operator {
    const { kind, text } = this.#tokens[this.#position++]!;
    const operator = TOKEN_OPERATORS[kind];
    if (operator === undefined) throw new SelectorError(`found '${text}', expected: ${BINARY_OPERATORS.join(', ')}`);
    return operator;
  }

  #exactValue(): string {
    const { kind, text } = this.#peek();
    if (kind === 'end' || kind === ',') return '';
    this.#next();
    if (kind !== 'identifier') throw new SelectorError(`found '${text}', expected: identifier`);
    return text;
  }

  #values(): string[] {
    const open = this.#next();
    if (open.kind !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const { kind, text } = this.#peek();
    if (kind === ')') {
      this.#next();
      return [''];
    }
    if (kind !== 'identifier' && kind !== ',')
      throw new SelectorError(`found '${text}', expected: ',', ')' or identifier`);
    return this.#identifiers();
  }

  /** A list of words, any of which may be empty, and the parenthesis that ends it. */
  #identifiers(): string[] {
    const values: string[] = [];
    let expectsWord = true;
    for (;;) {
      const { kind, text } = this.#next();
      if (kind === 'identifier' && expectsWord) {
        values.push(text);
        expectsWord = false;
      } else if (kind === ',' || kind === ')') {
        if (expectsWord) values.push('');
        if (kind === ')') return values;
        expectsWord = true;
      } else
        throw new SelectorError(
          expectsWord ? `found '${text}', expected: ',', or identifier` : `found '${text}', expected: ',' or ')'`,
        );
    }
  }

  #peek(): Token {
    return asValue(this.#tokens[this.#position]!);
  }

  #next(): Token {
    return asValue(this.#tokens[this.#position++]!);
  }
}

const asValue = (token: Token): Token =>
  token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;

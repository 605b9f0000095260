import type { Entry, Expression, FieldInit } from './ast.ts';
import { qualifiedName } from './ast.ts';
import { type Issue, NOWHERE } from './issues.ts';
import { nextToken, type Token } from './lexer.ts';
import { isTooLarge } from './literals.ts';
import { MacroError } from './macro-error.ts';
import { expandMacro } from './macros.ts';
import { Uint } from './values.ts';

const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const BINARY: readonly (readonly string[])[] = [
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];
const DEEPEST = 250;
const STARTERS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** Whether a variable may be called so. */
export const isIdentifier = (text: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !RESERVED.has(text) && !['true', 'false', 'null', 'in'].includes(text);

const MAX_CODE_POINTS = 100_000;

/** How deeply rules of upstream's grammar are in each other; each step of a chain is in the one before. */
type Rule = 'expr' | 'relation' | 'calc' | 'member';

export type Parsed = { readonly expression: Expression } | { readonly issues: readonly Issue[] };

/** Reads an expression and expands its macros. */
export function parse(source: string): Parsed {
  const size = source.length > MAX_CODE_POINTS ? [...source].length : source.length;
  if (size > MAX_CODE_POINTS) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_CODE_POINTS}`;
    return { issues: [{ at: NOWHERE, message }] };
  }
  try {
    return { expression: new Parser(source).parse() };
  } catch (error) {
    if (error instanceof SyntaxIssue) return { issues: [{ at: error.at, message: error.message }] };
    if (error instanceof MacroError) return { issues: [{ at: error.at, message: error.message }] };
    throw error;
  }
}

class SyntaxIssue extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Recursive descent over CEL's grammar: ternary, or, and, relations, sums, products, unary, members, primaries. */
class Parser {
  readonly #source: string;
  #token: Token;
  readonly #depths: Record<Rule, number> = { expr: 0, relation: 0, calc: 0, member: 0 };

  constructor(source: string) {
    this.#source = source;
    this.#token = nextToken(source, 0);
  }

  parse(): Expression {
    const expression = this.#ternary();
    if (this.#token.kind !== 'end') this.#unexpected('<EOF>', 'extraneous');
    return expression;
  }

  #advance(): Token {
    const token = this.#token;
    if (token.kind === 'error') throw new SyntaxIssue(token.at, token.text);
    this.#token = nextToken(this.#source, token.end);
    return token;
  }

  #is(text: string): boolean {
    const { kind, text: seen } = this.#token;
    return seen === text && (kind === 'punctuation' || (kind === 'identifier' && text === 'in'));
  }

  #take(text: string): Token | undefined {
    return this.#is(text) ? this.#advance() : undefined;
  }

  #expect(text: string): Token {
    return this.#take(text) ?? this.#unexpected(`'${text}'`);
  }

  #unexpected(expected: string, how: 'mismatched' | 'extraneous' = 'mismatched'): never {
    const { kind, at, text } = this.#token;
    if (kind === 'error') throw new SyntaxIssue(at, text);
    throw new SyntaxIssue(at, `Syntax error: ${how} input '${text}' expecting ${expected}`);
  }

  #enter(rule: Rule): void {
    if (++this.#depths[rule] > DEEPEST)
      throw new SyntaxIssue(NOWHERE, `expression recursion limit exceeded: ${DEEPEST}`);
  }

  #ternary(): Expression {
    this.#enter('expr');
    const condition = this.#or();
    const question = this.#take('?');
    let expression = condition;
    if (question !== undefined) {
      const yes = this.#or();
      this.#expect(':');
      expression = call(question.at, '_?_:_', [condition, yes, this.#ternary()]);
    }
    this.#depths.expr--;
    return expression;
  }

  #or(): Expression {
    return this.#logical('||', () => this.#logical('&&', () => this.#binary(0)));
  }

  /** A chain of one logical operator becomes a balanced tree, so that long ones do not nest deeply. */
  #logical(operator: string, operand: () => Expression): Expression {
    const operands = [operand()];
    const places: number[] = [];
    for (let token = this.#take(operator); token !== undefined; token = this.#take(operator)) {
      places.push(token.at);
      operands.push(operand());
    }
    return balanced(`_${operator}_`, operands, places);
  }

  #binary(level: number): Expression {
    const operators = BINARY[level];
    if (operators === undefined) return this.#unary();
    const rule = level === 0 ? 'relation' : 'calc';
    const outer = this.#depths[rule];
    // Sums and products are one rule.
    if (level < 2) this.#enter(rule);
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((each) => this.#is(each));
      if (operator === undefined) {
        this.#depths[rule] = outer;
        return left;
      }
      this.#enter(rule);
      const { at } = this.#advance();
      left = call(at, operator === 'in' ? '@in' : `_${operator}_`, [left, this.#binary(level + 1)]);
    }
  }

  #unary(): Expression {
    const sign = this.#is('!') ? '!' : this.#is('-') ? '-' : undefined;
    if (sign === undefined) return this.#member();
    const places: number[] = [];
    while (this.#is(sign)) places.push(this.#advance().at);
    const literal = sign === '-' && this.#token.kind === 'literal' ? this.#token : undefined;
    // A minus right before a number belongs to it.
    const own = literal !== undefined && !(literal.value instanceof Uint) && isNumeric(literal.value);
    let operand = own ? this.#member(places.pop()) : this.#member();
    // Pairs of signs cancel out.
    for (const at of places.length % 2 === 0 ? [] : [places[0]!]) operand = call(at, `${sign}_`, [operand]);
    return operand;
  }

  #member(minus?: number): Expression {
    const outer = this.#depths.member;
    this.#enter('member');
    let operand = this.#primary(minus);
    for (;;) {
      const dot = this.#take('.');
      if (dot === undefined && !this.#is('[')) {
        this.#depths.member = outer;
        return operand;
      }
      this.#enter('member');
      operand = dot === undefined ? this.#indexed(operand) : this.#selected(operand, dot.at);
    }
  }

  #selected(operand: Expression, at: number): Expression {
    const optional = this.#take('?') !== undefined;
    const name = this.#token;
    if (name.kind !== 'identifier' || name.text === 'in') this.#unexpected('IDENTIFIER');
    this.#advance();
    if (optional) {
      const field: Expression = { kind: 'constant', at: name.at, value: name.text };
      return call(at, '_?._', [operand, field]);
    }
    const open = this.#take('(');
    if (open === undefined) return { kind: 'select', at, operand, field: name.text, test: false };
    const args = this.#list(')', () => this.#ternary(), false);
    return expandMacro({ at: open.at, function: name.text, target: operand, args });
  }

  #indexed(operand: Expression): Expression {
    const { at } = this.#advance();
    const optional = this.#take('?') !== undefined;
    const index = this.#ternary();
    this.#expect(']');
    return call(at, optional ? '_[?_]' : '_[_]', [operand, index]);
  }

  #primary(minus?: number): Expression {
    const token = this.#token;
    if (token.kind === 'literal') return this.#literal(minus);
    if (this.#take('(') !== undefined) {
      const inner = this.#ternary();
      this.#expect(')');
      return inner;
    }
    if (this.#is('[')) return this.#listLiteral();
    if (this.#is('{')) {
      this.#advance();
      return { kind: 'map', at: token.at, entries: this.#list('}', () => this.#entry()) };
    }
    const leading = this.#take('.') !== undefined;
    if (this.#token.kind === 'identifier') return this.#named(leading);
    return this.#unexpected(leading ? 'IDENTIFIER' : STARTERS);
  }

  #literal(minus: number | undefined): Expression {
    const { at, value } = this.#advance();
    if (minus !== undefined && isNumeric(value)) return { kind: 'constant', at: minus, value: -value };
    if (isTooLarge(value!)) throw new SyntaxIssue(at, 'invalid int literal');
    return { kind: 'constant', at, value: value! };
  }

  #named(leading: boolean): Expression {
    const { text, at } = this.#token;
    if (text === 'in') this.#unexpected(STARTERS);
    this.#advance();
    if (text === 'true' || text === 'false') return { kind: 'constant', at, value: text === 'true' };
    if (text === 'null') return { kind: 'constant', at, value: null };
    if (RESERVED.has(text)) throw new SyntaxIssue(at, `reserved identifier: ${text}`);
    const name = leading ? `.${text}` : text;
    const open = this.#take('(');
    if (open !== undefined) {
      const args = this.#list(')', () => this.#ternary(), false);
      return expandMacro({ at: open.at, function: name, args });
    }
    return this.#struct({ kind: 'identifier', at, name });
  }

  /** `a.b.Type{field: value}`, where that follows a name; otherwise the name up to where it stops being one. */
  #struct(first: Expression): Expression {
    let expression = first;
    const before = this.#token;
    for (let dot = this.#take('.'); dot !== undefined; dot = this.#take('.')) {
      const { kind, text } = this.#token;
      if (kind !== 'identifier') break;
      this.#advance();
      expression = { kind: 'select', at: dot.at, operand: expression, field: text, test: false };
    }
    const open = this.#take('{');
    if (open === undefined) {
      // It was an ordinary selection or call: start over behind the first word.
      this.#token = before;
      return first;
    }
    return {
      kind: 'struct',
      at: open.at,
      type: qualifiedName(expression)!,
      fields: this.#list('}', () => this.#fieldInit()),
    };
  }

  #fieldInit(): FieldInit {
    const optional = this.#take('?') !== undefined;
    if (this.#token.kind !== 'identifier') this.#unexpected('IDENTIFIER');
    const { text: name } = this.#advance();
    const { at } = this.#expect(':');
    return { at, name, value: this.#ternary(), optional };
  }

  #entry(): Entry {
    const optional = this.#take('?') !== undefined;
    const key = this.#ternary();
    const { at } = this.#expect(':');
    return { at, key, value: this.#ternary(), optional };
  }

  #listLiteral(): Expression {
    const { at } = this.#advance();
    const optionals = new Set<number>();
    let position = 0;
    const items = this.#list(']', () => {
      if (this.#take('?') !== undefined) optionals.add(position);
      position++;
      return this.#ternary();
    });
    return { kind: 'list', at, items, optionals };
  }

  /** Items between commas up to the closing mark; literals may have a comma at the end. */
  #list<T>(close: string, item: () => T, trailing = true): T[] {
    const items: T[] = [];
    if (close === ')' && this.#token.kind === 'end') this.#unexpected(STARTERS.replace("'(',", "'(', ')',"));
    while (!this.#is(close)) {
      if (items.length > 0) {
        if (this.#take(',') === undefined) this.#unexpected(`{'${close}', ','}`);
        if (trailing && this.#is(close)) break;
      }
      items.push(item());
    }
    this.#advance();
    return items;
  }
}

const isNumeric = (value: unknown): value is bigint | number => typeof value === 'bigint' || typeof value === 'number';

const call = (at: number, name: string, args: readonly Expression[]): Expression => ({
  kind: 'call',
  at,
  function: name,
  args,
});

function balanced(name: string, operands: readonly Expression[], places: readonly number[]): Expression {
  if (operands.length === 1) return operands[0]!;
  const middle = Math.ceil(operands.length / 2);
  const left = balanced(name, operands.slice(0, middle), places.slice(0, middle - 1));
  const right = balanced(name, operands.slice(middle), places.slice(middle));
  return call(places[middle - 1]!, name, [left, right]);
}

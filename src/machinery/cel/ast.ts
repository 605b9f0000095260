import type { Value } from './values.ts';

/** A parsed expression. `at` is the offset in the text that messages point to. Macros are already expanded. */
export type Expression =
  | Constant
  | Identifier
  | Select
  | Call
  | ListLiteral
  | MapLiteral
  | StructLiteral
  | Comprehension;

export interface Constant {
  readonly kind: 'constant';
  readonly at: number;
  readonly value: Value;
}
export interface Identifier {
  readonly kind: 'identifier';
  readonly at: number;
  readonly name: string;
}
export interface Select {
  readonly kind: 'select';
  readonly at: number;
  readonly operand: Expression;
  readonly field: string;
  /** `has(a.b)`: whether the field is set. */
  readonly test: boolean;
}
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  /** Operators have names of their own, such as `_+_`. */
  readonly function: string;
  readonly target?: Expression;
  readonly args: readonly Expression[];
}
export interface ListLiteral {
  readonly kind: 'list';
  readonly at: number;
  readonly items: readonly Expression[];
  /** Positions of items written `?x`: they are there if the optional has a value. */
  readonly optionals: ReadonlySet<number>;
}
export interface Entry {
  readonly at: number;
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}
export interface MapLiteral {
  readonly kind: 'map';
  readonly at: number;
  readonly entries: readonly Entry[];
}
export interface FieldInit {
  readonly at: number;
  readonly name: string;
  readonly value: Expression;
  readonly optional: boolean;
}
export interface StructLiteral {
  readonly kind: 'struct';
  readonly at: number;
  readonly type: string;
  readonly fields: readonly FieldInit[];
}
/** What macros over lists and maps become: a fold. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly at: number;
  readonly range: Expression;
  readonly variable: string;
  /** With two variables, these are index and item, or key and value. */
  readonly second?: string;
  readonly accumulator: string;
  readonly init: Expression;
  readonly condition: Expression;
  readonly step: Expression;
  readonly result: Expression;
}

/** `a.b.c` as a text; undefined when an expression is anything else. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'identifier') return expression.name;
  if (expression.kind !== 'select' || expression.test) return undefined;
  const prefix = qualifiedName(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}

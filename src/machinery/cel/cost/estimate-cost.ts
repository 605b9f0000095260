import type { Call, Comprehension, Expression, ListLiteral, MapLiteral, Select } from '../ast.ts';
import type { Checked } from '../checker.ts';
import { ACCUMULATOR } from '../macros.ts';
import type { CelType } from '../types.ts';
import { codePoints } from '../values.ts';
import { functionCost, type Operand } from './function-cost.ts';
import { fixed, plus, type Range, times, UNKNOWN, union } from './range.ts';

/**
 * The size of what lies at a path from a variable on: names of fields, `@items` of lists, `@keys` and `@values` of maps.
 * Undefined where that is not known.
 */
export type SizeSource = (path: readonly string[]) => Range | undefined;

/** What evaluating a checked expression costs at least and at most, in the units that `evaluate` counts. */
export const estimateCost = (expression: Expression, checked: Checked, sizes: SizeSource): Range =>
  new Estimator(checked, sizes).cost(expression);

const NOTHING = fixed(0);
const LIST_COST = fixed(10);
const MAP_COST = fixed(30);
const STRUCT_COST = fixed(40);

interface EntrySizes {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: EntrySizes | undefined;
}

class Estimator {
  readonly #checked: Checked;
  readonly #sizeAt: SizeSource;
  readonly #paths = new Map<Expression, readonly string[]>();
  readonly #sizes = new Map<Expression, Range>();
  readonly #entries = new Map<Expression, EntrySizes>();
  readonly #locals: [name: string, local: Local][] = [];

  constructor(checked: Checked, sizes: SizeSource) {
    this.#checked = checked;
    this.#sizeAt = sizes;
  }

  cost(expression: Expression): Range {
    const name = this.#checked.names.get(expression);
    if (name !== undefined && expression.kind !== 'call') {
      this.#paths.set(expression, this.#local(name)?.path ?? [name]);
      return fixed(1);
    }
    switch (expression.kind) {
      case 'constant':
        return NOTHING;
      case 'identifier':
        this.#paths.set(expression, this.#local(expression.name)?.path ?? [expression.name]);
        return fixed(1);
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'struct':
        return plus(...expression.fields.map(({ value }) => this.cost(value)), STRUCT_COST);
      case 'comprehension':
        return expression.accumulator === ACCUMULATOR ? this.#fold(expression) : this.#bind(expression);
    }
  }

  #local(name: string): Local | undefined {
    return this.#locals.findLast(([own]) => own === name)?.[1];
  }

  #type(expression: Expression): CelType {
    return this.#checked.types.get(expression)!;
  }

  #path(expression: Expression): readonly string[] {
    const local = expression.kind === 'identifier' ? this.#local(expression.name) : undefined;
    return local?.path ?? this.#paths.get(expression) ?? [];
  }

  #select(select: Select): Range {
    const operand = this.cost(select.operand);
    // Asking whether something is there costs nothing.
    if (select.test) return operand;
    this.#paths.set(select, [...this.#path(select.operand), select.field]);
    const { kind } = this.#type(select.operand);
    return kind === 'map' || kind === 'struct' || kind === 'parameter' ? plus(operand, fixed(1)) : operand;
  }

  #list(list: ListLiteral): Range {
    const cost = plus(...list.items.map((item) => this.cost(item)), LIST_COST);
    this.#entries.set(list, { container: 'list', key: fixed(1), value: this.#largest(list.items) });
    return cost;
  }

  #map(map: MapLiteral): Range {
    const cost = plus(...map.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]), MAP_COST);
    const [keys, values] = [map.entries.map(({ key }) => key), map.entries.map(({ value }) => value)];
    this.#entries.set(map, { container: 'map', key: this.#largest(keys), value: this.#largest(values) });
    return cost;
  }

  #largest(expressions: readonly Expression[]): Range {
    const sizes = expressions.map((each) => this.#size(each) ?? UNKNOWN);
    return sizes.length === 0 ? NOTHING : sizes.reduce(union);
  }

  #call(call: Call): Range {
    const name = this.#checked.names.get(call) ?? call.function;
    const costs = call.args.map((arg) => this.cost(arg));
    const [first, second, third] = call.args as [Expression, Expression, Expression];
    switch (name) {
      case 'dyn':
        this.#copySizes(call, first);
        return plus(fixed(1), ...costs);
      case '_&&_':
      case '_||_':
        return { min: costs[0]!.min, max: plus(...costs).max };
      case '_?_:_':
        this.#setSize(call, union(this.#size(second) ?? UNKNOWN, this.#size(third) ?? UNKNOWN));
        this.#setEntries(call, bothEntries(this.#entriesOf(second), this.#entriesOf(third)));
        return plus(costs[0]!, union(costs[1]!, costs[2]!));
      case '_?._':
      case '_[?_]':
        return plus(fixed(1), ...costs);
      case '_[_]':
        this.#index(call, first);
        return plus(fixed(1), ...costs);
    }
    return this.#function(call, name, costs);
  }

  #index(call: Call, container: Expression): void {
    const part = this.#type(container).kind === 'list' ? '@items' : '@values';
    this.#paths.set(call, [...this.#path(container), part]);
    this.#setSize(call, this.#entriesOf(container)?.value);
  }

  #function(call: Call, name: string, costs: readonly Range[]): Range {
    const isMember = call.target !== undefined && !this.#checked.names.has(call);
    const targetCost = isMember ? this.cost(call.target!) : NOTHING;
    const target = isMember ? this.#operand(call.target!) : undefined;
    const args = call.args.map((arg) => this.#operand(arg));
    const overloads = this.#checked.overloads.get(call) ?? [];
    const estimates = overloads.map((overload) => functionCost(name, { target, args, overload }));
    const sizes = estimates.flatMap(({ size }) => (size === undefined ? [] : [size]));
    if (sizes.length > 0) this.#setSize(call, sizes.reduce(union));
    if (name === '_+_')
      this.#setEntries(call, bothEntries(this.#entriesOf(call.args[0]!), this.#entriesOf(call.args[1]!)));
    const own = estimates.map(({ cost }) => cost);
    return plus(targetCost, ...costs, own.length === 0 ? NOTHING : own.reduce(union));
  }

  #operand(expression: Expression): Operand {
    const type = this.#type(expression);
    const path = this.#path(expression);
    const isKnown = path.length > 0 && path[0] !== ACCUMULATOR;
    const itemSize =
      type.kind === 'list'
        ? (this.#entriesOf(expression)?.value ?? (isKnown ? this.#sizeAt([...path, '@items']) : undefined) ?? UNKNOWN)
        : undefined;
    const literal = expression.kind === 'constant' ? expression.value : undefined;
    return { type, size: this.#size(expression) ?? UNKNOWN, itemSize, literal };
  }

  #fold(loop: Comprehension): Range {
    const before = plus(this.cost(loop.range), this.cost(loop.init));
    const depth = this.#locals.length;
    this.#pushLocal(loop.accumulator, loop.init);
    this.#pushIterated(loop);
    const step = plus(this.cost(loop.condition), this.cost(loop.step));
    this.#locals.length = depth + 1;
    const result = this.cost(loop.result);
    this.#locals.length = depth;
    const count = this.#size(loop.range) ?? UNKNOWN;
    if (loop.init.kind === 'constant') this.#setSize(loop, this.#size(loop.init));
    else {
      this.#setSize(loop, count);
      this.#setEntries(loop, this.#entriesOf(loop.step));
    }
    return plus(before, result, times(count, step));
  }

  #pushLocal(name: string, expression: Expression): void {
    const [path, size, entries] = [this.#path(expression), this.#size(expression), this.#entriesOf(expression)];
    this.#locals.push([name, { path, size, entries }]);
  }

  #pushIterated({ range, variable, second }: Comprehension): void {
    const entries = this.#entriesOf(range);
    const path = this.#path(range);
    const isList = (entries?.container ?? this.#type(range).kind) === 'list';
    const push = (name: string, part: string, size: Range | undefined) =>
      this.#locals.push([name, { path: [...path, part], size, entries: undefined }]);
    const [valuePart, value] = [isList ? '@items' : '@values', entries?.value];
    if (second !== undefined) {
      push(variable, isList ? '@indices' : '@keys', entries?.key);
      push(second, valuePart, value);
    } else if (isList) push(variable, valuePart, value);
    else push(variable, '@keys', entries?.key);
  }

  #bind(binding: Comprehension): Range {
    const before = plus(this.cost(binding.range), this.cost(binding.init));
    this.#pushLocal(binding.accumulator, binding.init);
    const result = this.cost(binding.result);
    this.#copySizes(binding, binding.result);
    this.#locals.pop();
    return plus(before, result);
  }

  #setSize(expression: Expression, size: Range | undefined): void {
    if (size !== undefined) this.#sizes.set(expression, size);
  }

  #setEntries(expression: Expression, entries: EntrySizes | undefined): void {
    if (entries !== undefined) this.#entries.set(expression, entries);
  }

  #copySizes(to: Expression, from: Expression): void {
    this.#setSize(to, this.#size(from));
    this.#setEntries(to, this.#entriesOf(from));
  }

  #entriesOf(expression: Expression): EntrySizes | undefined {
    const known = this.#entries.get(expression);
    if (known !== undefined || expression.kind !== 'identifier') return known;
    return this.#local(expression.name)?.entries;
  }

  #size(expression: Expression): Range | undefined {
    const known = this.#sizes.get(expression) ?? literalSize(expression);
    if (known !== undefined) return known;
    const path = this.#path(expression);
    const told = path.length === 0 || path[0] === ACCUMULATOR ? undefined : this.#sizeAt(path);
    if (told !== undefined) {
      this.#sizes.set(expression, told);
      return told;
    }
    if (isScalar(this.#type(expression))) return fixed(1);
    return expression.kind === 'identifier' ? this.#local(expression.name)?.size : undefined;
  }
}

const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);
const isScalar = (type: CelType): boolean =>
  type.name === 'optional_type' ? isScalar(type.parameters[0]!) : SCALARS.has(type.kind);

function literalSize(expression: Expression): Range | undefined {
  if (expression.kind === 'list') return fixed(expression.items.length);
  if (expression.kind === 'map') return fixed(expression.entries.length);
  if (expression.kind !== 'constant') return undefined;
  const { value } = expression;
  if (typeof value === 'string') return fixed(codePoints(value));
  return fixed(value instanceof Uint8Array ? value.length : 1);
}

const bothEntries = (a: EntrySizes | undefined, b: EntrySizes | undefined): EntrySizes | undefined =>
  a && b && { container: a.container, key: union(a.key, b.key), value: union(a.value, b.value) };

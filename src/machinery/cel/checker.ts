import type { Call, Comprehension, Expression, ListLiteral, MapLiteral, StructLiteral } from './ast.ts';
import { qualifiedName } from './ast.ts';
import type { Environment, Overload } from './environment.ts';
import type { Issue } from './issues.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isDyn,
  isDynOrError,
  isOptional,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  sameType,
  struct,
  typeText,
  UINT,
} from './types.ts';
import { isLessSpecific, Substitutions } from './unify.ts';
import type { Value } from './values.ts';

/** What an expression means in an environment. */
export interface Checked {
  readonly type: CelType;
  readonly types: ReadonlyMap<Expression, CelType>;
  /** The overloads that a call can come to. */
  readonly overloads: ReadonlyMap<Expression, readonly Overload[]>;
  /** Names that stand for a variable or type, of expressions such as `a.b`, where that is one name. */
  readonly names: ReadonlyMap<Expression, string>;
  readonly issues: readonly Issue[];
}

export function check(expression: Expression, environment: Environment): Checked {
  return new Checker(environment).run(expression);
}

class Checker {
  readonly #environment: Environment;
  readonly #types = new Map<Expression, CelType>();
  readonly #overloads = new Map<Expression, readonly Overload[]>();
  readonly #names = new Map<Expression, string>();
  readonly #issues: Issue[] = [];
  readonly #substitutions = new Substitutions();
  /** Variables of the comprehensions around, innermost last. */
  readonly #scopes: Map<string, CelType>[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  run(expression: Expression): Checked {
    this.#check(expression);
    for (const [each, type] of this.#types) this.#types.set(each, this.#substitutions.apply(type, true));
    const issues = [...this.#issues].sort((a, b) => a.at - b.at);
    return {
      type: this.#types.get(expression)!,
      types: this.#types,
      overloads: this.#overloads,
      names: this.#names,
      issues,
    };
  }

  #report({ at }: { readonly at: number }, message: string): CelType {
    this.#issues.push({ at, message });
    return ERROR;
  }

  #check(expression: Expression): CelType {
    const type = this.#typeOf(expression);
    this.#types.set(expression, type);
    return type;
  }

  #typeOf(expression: Expression): CelType {
    switch (expression.kind) {
      case 'constant':
        return constantType(expression.value);
      case 'identifier':
        return this.#resolve(expression, expression.name) ?? this.#undeclared(expression, expression.name);
      case 'select': {
        const name = qualifiedName(expression);
        const known = name === undefined ? undefined : this.#resolve(expression, name);
        if (known !== undefined) return known;
        const type = this.#field(expression, expression.operand, expression.field);
        return expression.test ? BOOL : this.#substitutions.apply(type);
      }
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'struct':
        return this.#struct(expression);
      case 'comprehension':
        return this.#comprehension(expression);
    }
  }

  /** The type of a name in scope. */
  #resolve(expression: Expression, name: string): CelType | undefined {
    for (let index = this.#scopes.length - 1; index >= 0 && !name.startsWith('.'); index--) {
      const local = this.#scopes[index]!.get(name);
      if (local !== undefined) {
        this.#names.set(expression, name);
        return local;
      }
    }
    const global = name.startsWith('.') ? name.slice(1) : name;
    const type = this.#environment.identifier(global);
    if (type !== undefined) this.#names.set(expression, global);
    return type;
  }

  #undeclared(place: Expression, name: string): CelType {
    return this.#report(place, `undeclared reference to '${name}' (in container '')`);
  }

  #field(place: Expression, operand: Expression, field: string, optional = false): CelType {
    const own = this.#substitutions.apply(this.#check(operand));
    const target = isOptional(own) ? own.parameters[0]! : own;
    const type = this.#fieldType(place, target, field);
    return optional || isOptional(own) ? optionalOf(type) : type;
  }

  #fieldType(place: Expression, target: CelType, field: string): CelType {
    if (target.kind === 'map') return target.parameters[1]!;
    if (target.kind === 'struct') {
      return this.#environment.fieldType(target.name, field) ?? this.#report(place, `undefined field '${field}'`);
    }
    if (target.kind === 'parameter') this.#substitutions.assign([DYN], [target]);
    else if (!isDynOrError(target)) {
      this.#report(place, `type '${typeText(target)}' does not support field selection`);
    }
    return DYN;
  }

  #call(call: Call): CelType {
    if (call.function === '_?._') {
      const field = call.args[1]!;
      const name = field.kind === 'constant' ? String(field.value) : '';
      return this.#substitutions.apply(this.#field(call, call.args[0]!, name, true));
    }
    const args = call.args.map((each) => this.#check(each));
    if (call.target === undefined) {
      const overloads = this.#environment.overloads(call.function.replace(/^\./, ''));
      return overloads === undefined ? this.#undeclared(call, call.function) : this.#choose(call, overloads, args);
    }
    const prefix = qualifiedName(call.target);
    const spaced = prefix === undefined ? undefined : this.#environment.overloads(`${prefix}.${call.function}`);
    if (spaced !== undefined) {
      this.#names.set(call, `${prefix}.${call.function}`);
      return this.#choose(call, spaced, args);
    }
    const target = this.#check(call.target);
    const overloads = this.#environment.overloads(call.function);
    if (overloads === undefined) return this.#undeclared(call, call.function);
    return this.#choose(call, overloads, [target, ...args], true);
  }

  #choose(call: Call, overloads: readonly Overload[], args: readonly CelType[], member = false): CelType {
    if (call.function === '_&&_' || call.function === '_||_') return this.#logical(call, args);
    const name = this.#names.get(call) ?? call.function;
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.member !== member) continue;
      const [returned, ...wanted] = this.#instantiate(overload);
      if (!this.#substitutions.assign(args, wanted)) continue;
      fitting.push(overload);
      const type = this.#substitutions.apply(returned!);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !sameType(type, result)) result = DYN;
    }
    if (result === undefined) {
      const seen = args.map((each) => typeText(this.#substitutions.apply(each, true)));
      const signature = member ? `${seen[0]}.(${seen.slice(1).join(', ')})` : `(${seen.join(', ')})`;
      return this.#report(call, `found no matching overload for '${name}' applied to '${signature}'`);
    }
    this.#overloads.set(call, fitting);
    return result;
  }

  #logical(call: Call, args: readonly CelType[]): CelType {
    let fine = true;
    for (const [index, arg] of args.entries()) {
      if (this.#substitutions.assign([arg], [BOOL])) continue;
      fine = false;
      this.#report(call.args[index]!, mismatch(BOOL, this.#substitutions.apply(arg)));
    }
    return fine ? BOOL : ERROR;
  }

  /** Result and arguments of an overload, with type parameters of their own. */
  #instantiate({ result, args }: Overload): CelType[] {
    const own = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      if (type.kind !== 'parameter') {
        return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(rename) };
      }
      if (!own.has(type.name)) own.set(type.name, this.#substitutions.fresh());
      return own.get(type.name)!;
    };
    return [result, ...args].map(rename);
  }

  #list({ items, optionals }: ListLiteral): CelType {
    let joined: CelType | undefined;
    for (const [index, item] of items.entries()) {
      const type = this.#unwrapped(item, this.#check(item), optionals.has(index));
      joined = this.#join(item, joined, type);
    }
    return listOf(joined ?? this.#substitutions.fresh());
  }

  #map({ entries }: MapLiteral): CelType {
    let [keys, values]: (CelType | undefined)[] = [];
    for (const { key, value, optional } of entries) {
      keys = this.#join(key, keys, this.#check(key));
      values = this.#join(value, values, this.#unwrapped(value, this.#check(value), optional));
    }
    return mapOf(keys ?? this.#substitutions.fresh(), values ?? this.#substitutions.fresh());
  }

  #unwrapped(place: Expression, type: CelType, optional: boolean): CelType {
    if (!optional) return type;
    const known = this.#substitutions.apply(type);
    if (isOptional(known)) return known.parameters[0]!;
    if (!isDyn(known)) this.#report(place, mismatch(optionalOf(known), known));
    return known;
  }

  #join(place: Expression, before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    if (this.#substitutions.assign([before], [type])) return isLessSpecific(before, type) ? before : type;
    this.#report(place, mismatch(this.#substitutions.apply(before), this.#substitutions.apply(type)));
    return before;
  }

  #struct(literal: StructLiteral): CelType {
    const name = literal.type.replace(/^\./, '');
    if (!this.#environment.hasFields(name)) {
      for (const { value } of literal.fields) this.#check(value);
      return this.#undeclared(literal, literal.type);
    }
    for (const { name: field, value, at, optional } of literal.fields) {
      const type = this.#unwrapped(value, this.#check(value), optional);
      const wanted = this.#environment.fieldType(name, field);
      if (wanted === undefined) this.#report({ at }, `undefined field '${field}'`);
      else if (!this.#substitutions.assign([wanted], [type])) {
        const found = typeText(this.#substitutions.apply(type));
        this.#report(
          { at },
          `expected type of field '${field}' is '${typeText(wanted)}' but provided type is '${found}'`,
        );
      }
    }
    return struct(name);
  }

  #comprehension(loop: Comprehension): CelType {
    const range = this.#substitutions.apply(this.#check(loop.range));
    const accumulator = this.#check(loop.init);
    const [first, second] = this.#iterated(loop, range);
    this.#scopes.push(new Map([[loop.accumulator, accumulator]]));
    this.#scopes.push(
      new Map(
        loop.second === undefined
          ? [[loop.variable, first]]
          : [
              [loop.variable, first],
              [loop.second, second],
            ],
      ),
    );
    this.#assertType(loop.condition, this.#check(loop.condition), BOOL);
    this.#assertType(loop.step, this.#check(loop.step), accumulator);
    this.#scopes.pop();
    const result = this.#check(loop.result);
    this.#scopes.pop();
    return this.#substitutions.apply(result);
  }

  #assertType(place: Expression, type: CelType, wanted: CelType): void {
    if (this.#substitutions.assign([type], [wanted])) return;
    this.#report(place, mismatch(this.#substitutions.apply(wanted), this.#substitutions.apply(type)));
  }

  /** Types of the variables that run over a range. */
  #iterated(loop: Comprehension, range: CelType): [CelType, CelType] {
    if (range.kind === 'list')
      return loop.second === undefined ? [range.parameters[0]!, DYN] : [INT, range.parameters[0]!];
    if (range.kind === 'map') return [range.parameters[0]!, range.parameters[1]!];
    if (range.kind === 'parameter') this.#substitutions.assign([range], [DYN]);
    else if (!isDynOrError(range)) {
      const text = `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
      return [this.#report(loop.range, text), ERROR];
    }
    return [DYN, DYN];
  }
}

const mismatch = (wanted: CelType, found: CelType): string =>
  `expected type '${typeText(wanted)}' but found '${typeText(found)}'`;

function constantType(value: Value): CelType {
  if (value === null) return NULL;
  if (typeof value === 'bigint') return INT;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  if (typeof value === 'number') return DOUBLE;
  return value instanceof Uint8Array ? BYTES : UINT;
}

import type { Call, Comprehension, Expression, ListLiteral, MapLiteral, StructLiteral } from './ast.ts';
import type { Checked } from './checker.ts';
import { callCost } from './cost/call-cost.ts';
import type { Environment, Overload } from './environment.ts';
import { fitsType } from './fits-type.ts';
import { Frame, type Input, type Step } from './frame.ts';
import { isSet, lookup, selectField } from './lookup.ts';
import { ACCUMULATOR } from './macros.ts';
import { append, conditional, fold, logical, notStrictlyFalse, optionalLookup, orElse } from './steps.ts';
import { CelError, EntryMap, keyOf, Optional, TypeValue, typeNameOf, type Value } from './values.ts';

export interface Outcome {
  readonly value: Value;
  readonly cost: number;
}

const LIST_COST = 10;
const MAP_COST = 30;
const STRUCT_COST = 40;

/** Turns a checked expression into a function. It throws `CelError` and `CostLimitError`. */
export function plan(expression: Expression, checked: Checked, environment: Environment): (input: Input) => Outcome {
  const step = new Planner(checked, environment).step(expression);
  return (input) => {
    const frame = new Frame(input);
    const value = step(frame);
    return { value, cost: frame.cost };
  };
}

class Planner {
  readonly #checked: Checked;
  readonly #environment: Environment;
  /** Local variables in scope; each has its slot. */
  readonly #scope: { readonly name: string; readonly slot: number }[] = [];
  #slots = 0;

  constructor(checked: Checked, environment: Environment) {
    this.#checked = checked;
    this.#environment = environment;
  }

  step(expression: Expression): Step {
    switch (expression.kind) {
      case 'constant': {
        const { value } = expression;
        return () => value;
      }
      case 'identifier':
        return this.#name(expression, this.#checked.names.get(expression) ?? expression.name);
      case 'select': {
        const name = this.#checked.names.get(expression);
        if (name !== undefined) return this.#name(expression, name);
        const [operand, { field, test }] = [this.step(expression.operand), expression];
        if (test) {
          return (frame) => {
            const set = isSet(operand(frame), field);
            // Asking whether something is there costs one less than reading it.
            frame.spend(-1);
            return set;
          };
        }
        return (frame) => {
          const value = selectField(operand(frame), field);
          frame.spend(1);
          return value;
        };
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

  #name(expression: Expression, name: string): Step {
    const local = this.#scope.findLast((each) => each.name === name);
    if (local !== undefined) {
      const { slot } = local;
      return (frame) => {
        const value = frame.locals[slot]!;
        if (value instanceof CelError) throw value;
        frame.spend(1);
        return value;
      };
    }
    const type = this.#checked.types.get(expression);
    if (type?.kind === 'type' && this.#environment.variable(name) === undefined) {
      const value = new TypeValue(this.#environment.typeNamed(name) ?? type.parameters[0]!);
      return () => value;
    }
    return (frame) => {
      const value = frame.input.variable(name);
      if (value === undefined) throw new CelError(`no such attribute(s): ${name}`);
      frame.spend(1);
      return value;
    };
  }

  #call(call: Call): Step {
    const args = (
      call.target !== undefined && !this.#checked.names.has(call) ? [call.target, ...call.args] : call.args
    ).map((each) => this.step(each));
    const [first, second, third] = args as [Step, Step, Step];
    switch (call.function) {
      case '_&&_':
        return logical(first, second, false);
      case '_||_':
        return logical(first, second, true);
      case '_?_:_':
        return conditional(first, second, third);
      case '@not_strictly_false':
        return notStrictlyFalse(first);
      case '_?._':
      case '_[?_]':
        return optionalLookup(first, second);
      case '_[_]':
        return (frame) => {
          const value = lookup(first(frame), second(frame));
          frame.spend(1);
          return value;
        };
    }
    if (call.function === '_+_' && isAccumulator(call.args[0]!) && call.args[1]!.kind === 'list')
      return append(first, second);
    // Whether to fall back is decided before that is evaluated.
    if (call.target !== undefined && call.function === 'or') return orElse(first, second, (value) => value);
    if (call.target !== undefined && call.function === 'orValue') return orElse(first, second, ({ value }) => value!);
    return this.#apply(this.#checked.names.get(call) ?? call.function, this.#checked.overloads.get(call) ?? [], args);
  }

  #apply(name: string, overloads: readonly Overload[], args: readonly Step[]): Step {
    const [only] = overloads;
    const sure = overloads.length === 1 && only!.args.every(isUnchecked);
    return (frame) => {
      const values = args.map((each) => each(frame));
      const overload = sure
        ? only!
        : overloads.find((each) => each.args.every((type, i) => fitsType(values[i]!, type)));
      if (overload === undefined) throw new CelError(`no such overload: ${name}(${values.map(typeNameOf).join(', ')})`);
      const value = (overload.run as (...values: Value[]) => Value)(...values);
      frame.spend(callCost(name, values, value));
      return value;
    };
  }

  #list({ items, optionals }: ListLiteral): Step {
    const steps = items.map((each) => this.step(each));
    return (frame) => {
      const values: Value[] = [];
      for (const [index, step] of steps.entries()) {
        const value = step(frame);
        if (!optionals.has(index)) values.push(value);
        else {
          const held = optionalValue(value);
          if (held !== undefined) values.push(held);
        }
      }
      frame.spend(LIST_COST);
      return values;
    };
  }

  #map({ entries }: MapLiteral): Step {
    const steps = entries.map(({ key, value, optional }) => [this.step(key), this.step(value), optional] as const);
    return (frame) => {
      const pairs: [Value, Value][] = [];
      const seen = new Set<string>();
      for (const [keyStep, valueStep, optional] of steps) {
        const [key, value] = [keyStep(frame), valueStep(frame)];
        if (seen.has(keyOf(key))) throw new CelError(`Failed with repeated key [${String(key)}]`);
        seen.add(keyOf(key));
        const held = optional ? optionalValue(value) : value;
        if (held !== undefined) pairs.push([key, held]);
      }
      frame.spend(MAP_COST);
      return new EntryMap(pairs);
    };
  }

  #struct({ type, fields }: StructLiteral): Step {
    const steps = fields.map(({ name, value, optional }) => [name, this.step(value), optional] as const);
    const construct = this.#environment.construct;
    return (frame) => {
      const values = new Map<string, Value>();
      for (const [name, step, optional] of steps) {
        const value = step(frame);
        const held = optional ? optionalValue(value) : value;
        if (held !== undefined) values.set(name, held);
      }
      frame.spend(STRUCT_COST);
      if (construct === undefined) throw new CelError(`unknown type: ${type}`);
      return construct(type.replace(/^\./, ''), values);
    };
  }

  #comprehension(loop: Comprehension): Step {
    const [range, init] = [this.step(loop.range), this.step(loop.init)];
    const [accumulator, first, second] = [this.#slots++, this.#slots++, this.#slots++];
    this.#scope.push({ name: loop.accumulator, slot: accumulator });
    const depth = this.#scope.length;
    this.#scope.push({ name: loop.variable, slot: first });
    if (loop.second !== undefined) this.#scope.push({ name: loop.second, slot: second });
    const isBinding = loop.accumulator !== ACCUMULATOR;
    const [condition, step] = isBinding ? [] : [this.step(loop.condition), this.step(loop.step)];
    this.#scope.length = depth;
    const result = this.step(loop.result);
    this.#scope.length = depth - 1;
    if (condition === undefined || step === undefined) {
      return (frame) => {
        range(frame);
        frame.locals[accumulator] = init(frame);
        return result(frame);
      };
    }
    const names = { accumulator, first, ...(loop.second === undefined ? {} : { second }) };
    const run = fold({ ...names, condition, step });
    return (frame) => {
      const over = range(frame);
      frame.locals[accumulator] = init(frame);
      run(frame, over);
      return result(frame);
    };
  }
}

const isAccumulator = (expression: Expression): boolean =>
  expression.kind === 'identifier' && expression.name === ACCUMULATOR;

function optionalValue(value: Value): Value | undefined {
  if (!(value instanceof Optional)) {
    throw new CelError(`cannot initialize optional entry from non-optional value ${typeNameOf(value)}`);
  }
  return value.value;
}

const isUnchecked = ({ kind }: { kind: string }): boolean => kind === 'dyn' || kind === 'parameter';

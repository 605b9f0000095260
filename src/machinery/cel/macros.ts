import type { Call, Comprehension, Expression } from './ast.ts';
import { MacroError } from './macro-error.ts';
import type { Value } from './values.ts';

/** What the accumulator of a comprehension is called: nothing that can be written. */
export const ACCUMULATOR = '@result';

type CallParts = Omit<Call, 'kind'>;
type Macro = (call: CallParts & { readonly target: Expression }) => Expression | undefined;

/** The expression a call stands for: itself, unless it is a macro. */
export function expandMacro(call: CallParts): Expression {
  const own: Expression = { kind: 'call', ...call };
  if (call.target === undefined) return call.function === 'has' && call.args.length === 1 ? has(call) : own;
  const macro = MACROS.get(`${call.function}/${call.args.length}`);
  return macro?.({ ...call, target: call.target }) ?? own;
}

function has({ at, args }: CallParts): Expression {
  const [argument] = args;
  if (argument?.kind !== 'select') throw new MacroError(at, 'invalid argument to has() macro');
  return { ...argument, at, test: true };
}

const constant = (at: number, value: Value): Expression => ({ kind: 'constant', at, value });
const invoke = (at: number, name: string, ...args: Expression[]): Expression => ({
  kind: 'call',
  at,
  function: name,
  args,
});
const accumulator = (at: number): Expression => ({ kind: 'identifier', at, name: ACCUMULATOR });
const list = (at: number, ...items: Expression[]): Expression => ({ kind: 'list', at, items, optionals: new Set() });

function variable(expression: Expression | undefined, message = 'argument must be a simple name'): string {
  if (expression?.kind !== 'identifier') throw new MacroError(expression?.at ?? 0, message);
  if (expression.name === ACCUMULATOR || expression.name === '__result__') {
    throw new MacroError(expression.at, 'iteration variable overwrites accumulator variable');
  }
  return expression.name;
}

type Fold = Pick<Comprehension, 'init' | 'condition' | 'step'> & { result?: Expression };

/** A fold over the target with one variable, or two where the macro is of that family. */
function fold(call: { at: number; target: Expression }, names: readonly string[], parts: Fold): Comprehension {
  return {
    kind: 'comprehension',
    at: call.at,
    range: call.target,
    variable: names[0]!,
    ...(names.length > 1 ? { second: names[1]! } : {}),
    accumulator: ACCUMULATOR,
    result: accumulator(call.at),
    ...parts,
  };
}

const all = (at: number, predicate: Expression): Fold => ({
  init: constant(at, true),
  condition: invoke(at, '@not_strictly_false', accumulator(at)),
  step: invoke(at, '_&&_', accumulator(at), predicate),
});

const exists = (at: number, predicate: Expression): Fold => ({
  init: constant(at, false),
  condition: invoke(at, '@not_strictly_false', invoke(at, '!_', accumulator(at))),
  step: invoke(at, '_||_', accumulator(at), predicate),
});

const existsOne = (at: number, predicate: Expression): Fold => ({
  init: constant(at, 0n),
  condition: constant(at, true),
  step: invoke(at, '_?_:_', predicate, invoke(at, '_+_', accumulator(at), constant(at, 1n)), accumulator(at)),
  result: invoke(at, '_==_', accumulator(at), constant(at, 1n)),
});

/** Adds `item` to the list that is built, if the predicate (if any) holds. */
function collect(at: number, item: Expression, predicate?: Expression): Fold {
  const added = invoke(at, '_+_', accumulator(at), list(at, item));
  return {
    init: list(at),
    condition: constant(at, true),
    step: predicate === undefined ? added : invoke(at, '_?_:_', predicate, added, accumulator(at)),
  };
}

function insert(at: number, args: readonly Expression[], predicate?: Expression): Fold {
  const added = invoke(at, 'cel.@mapInsert', accumulator(at), ...args);
  return {
    init: { kind: 'map', at, entries: [] },
    condition: constant(at, true),
    step: predicate === undefined ? added : invoke(at, '_?_:_', predicate, added, accumulator(at)),
  };
}

const single =
  (make: (at: number, predicate: Expression) => Fold): Macro =>
  (call) =>
    fold(call, [variable(call.args[0])], make(call.at, call.args[1]!));

const double =
  (make: (at: number, predicate: Expression) => Fold): Macro =>
  (call) =>
    fold(call, pair(call.args), make(call.at, call.args[2]!));

function pair(args: readonly Expression[]): string[] {
  const [first, second] = [variable(args[0]), variable(args[1])];
  if (first === second) throw new MacroError(args[1]!.at, `duplicate variable name: ${first}`);
  return [first, second];
}

/** `cel.bind(name, value, expression)`: a fold over nothing whose result sees the value. */
const bind: Macro = ({ at, target, args }) => {
  if (target.kind !== 'identifier' || target.name !== 'cel') return undefined;
  const name = args[0]!;
  if (name.kind !== 'identifier') {
    throw new MacroError(name.at, 'cel.bind() variable names must be simple identifiers');
  }
  return {
    kind: 'comprehension',
    at,
    range: list(at),
    variable: '#unused',
    accumulator: name.name,
    init: args[1]!,
    condition: constant(at, false),
    step: { kind: 'identifier', at, name: name.name },
    result: args[2]!,
  };
};

/** `optional.optMap(x, f)` and `optFlatMap`. */
const optionally =
  (name: string, wrap: boolean): Macro =>
  ({ at, target, args }) => {
    const word = args[0]!;
    if (word.kind !== 'identifier') {
      throw new MacroError(word.at, `${name}() variable name must be a simple identifier`);
    }
    const held: Expression = { kind: 'call', at, function: 'value', target, args: [] };
    const inner: Expression = {
      kind: 'comprehension',
      at,
      range: list(at),
      variable: '#unused',
      accumulator: word.name,
      init: held,
      condition: constant(at, false),
      step: { kind: 'identifier', at, name: word.name },
      result: args[1]!,
    };
    return invoke(
      at,
      '_?_:_',
      { kind: 'call', at, function: 'hasValue', target, args: [] },
      wrap ? invoke(at, 'optional.of', inner) : inner,
      invoke(at, 'optional.none'),
    );
  };

/** `list.sortBy(x, key)`: the keys are made by a map and sorted along. */
const sortBy: Macro = ({ at, target, args }) => {
  const names = [variable(args[0])];
  const keys = fold({ at, target }, names, collect(at, args[1]!));
  return { kind: 'call', at, function: '@sortByAssociatedKeys', target, args: [keys] };
};

const MACROS: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['all/2', single(all)],
  ['exists/2', single(exists)],
  ['exists_one/2', single(existsOne)],
  ['existsOne/2', single(existsOne)],
  ['all/3', double(all)],
  ['exists/3', double(exists)],
  ['exists_one/3', double(existsOne)],
  ['existsOne/3', double(existsOne)],
  ['map/2', (call) => fold(call, [variable(call.args[0])], collect(call.at, call.args[1]!))],
  ['map/3', (call) => fold(call, [variable(call.args[0])], collect(call.at, call.args[2]!, call.args[1]!))],
  ['filter/2', (call) => fold(call, [variable(call.args[0])], collect(call.at, call.args[0]!, call.args[1]!))],
  ['transformList/3', (call) => fold(call, pair(call.args), collect(call.at, call.args[2]!))],
  ['transformList/4', (call) => fold(call, pair(call.args), collect(call.at, call.args[3]!, call.args[2]!))],
  ['transformMap/3', (call) => fold(call, pair(call.args), insert(call.at, [call.args[0]!, call.args[2]!]))],
  [
    'transformMap/4',
    (call) => fold(call, pair(call.args), insert(call.at, [call.args[0]!, call.args[3]!], call.args[2]!)),
  ],
  ['transformMapEntry/3', (call) => fold(call, pair(call.args), insert(call.at, [call.args[2]!]))],
  ['transformMapEntry/4', (call) => fold(call, pair(call.args), insert(call.at, [call.args[3]!], call.args[2]!))],
  ['optMap/2', optionally('optMap', true)],
  ['optFlatMap/2', optionally('optFlatMap', false)],
  ['bind/3', bind],
  ['sortBy/2', sortBy],
]);

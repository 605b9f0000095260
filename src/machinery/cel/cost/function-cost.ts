import { table } from '#base/table.ts';
import type { Overload } from '../environment.ts';
import { type CelType, sameType } from '../types.ts';
import { REGEX_LENGTH, TRAVERSAL } from './call-cost.ts';
import { fixed, plus, type Range, scaled, times, UNBOUNDED } from './range.ts';

/** What is known of an argument or receiver before anything is evaluated. */
export interface Operand {
  readonly type: CelType;
  readonly size: Range;
  /** The size of the items of a list, where there are some. */
  readonly itemSize: Range | undefined;
  /** The literal, if it is one. */
  readonly literal: unknown;
}

export interface FunctionCost {
  readonly cost: Range;
  /** Of what comes out. */
  readonly size?: Range;
}

interface Call {
  readonly target: Operand | undefined;
  readonly args: readonly Operand[];
  readonly overload: Overload;
}

type Estimate = (call: Call) => FunctionCost | undefined;

const ONE: FunctionCost = { cost: fixed(1) };
const one: Estimate = () => ONE;
const text = (size: Range, factor = 1): Range => scaled(size, factor * TRAVERSAL);

const firstArg: Estimate = ({ args: [first] }) => first && { cost: text(first.size) };
const firstArgKept: Estimate = ({ args: [first] }) => first && { cost: text(first.size), size: first.size };
const receiver: Estimate = ({ target }) => target && { cost: text(target.size), size: target.size };

/** Passing over the items of a list, or over a text. */
const overItems: Estimate = ({ target }) => {
  if (target === undefined) return undefined;
  if (target.type.kind !== 'list') return { cost: text(target.size) };
  const { kind } = target.type.parameters[0]!;
  const item = kind === 'string' || kind === 'bytes' ? plus(fixed(1), text(target.itemSize!)) : fixed(1);
  return { cost: times(target.size, item) };
};

const matching = (subject: Operand | undefined, pattern: Operand | undefined): Range | undefined =>
  subject && pattern && times(text(plus(subject.size, fixed(1))), scaled(pattern.size, REGEX_LENGTH));

const regex: Estimate = ({ target, args }) => {
  const [subject, pattern] = target === undefined ? args : [target, args[0]];
  const cost = matching(subject, pattern);
  return cost && { cost, size: { min: 0, max: subject!.size.max } };
};

const compared: Estimate = ({ args: [a, b] }) => {
  const max = Math.min(a!.size.max, b!.size.max);
  return { cost: text({ min: max > 0 ? 1 : 0, max }) };
};

/** Values of libraries are compared at once. */
const equality: Estimate = (call) => {
  const [a, b] = call.args as [Operand, Operand];
  const isLibrary = (a.type.kind === 'struct' || a.type.kind === 'opaque') && a.type.name.startsWith('kubernetes.');
  return isLibrary && sameType(a.type, b.type) ? ONE : compared(call);
};

const order: Estimate = (call) => {
  const { kind } = call.overload.args[0]!;
  return kind === 'string' || kind === 'bytes' ? compared(call) : ONE;
};

const sum: Estimate = ({ args, overload }) => {
  const { kind } = overload.result;
  if (kind !== 'string' && kind !== 'bytes' && kind !== 'list') return ONE;
  const size = plus(args[0]!.size, args[1]!.size);
  return { cost: kind === 'list' ? fixed(1) : text(size), size };
};

const replace: Estimate = ({ target, args: [old, by] }) => {
  if (target === undefined || old === undefined || by === undefined) return undefined;
  const most = replacements(target.size.max, old.size.min, by.size.max <= old.size.min);
  const least = replacements(target.size.min, old.size.max, old.size.max <= by.size.min);
  const count = { min: least.count, max: most.count };
  const kept = { min: least.kept, max: most.kept };
  return { cost: text(target.size, 2), size: plus(times(count, by.size), kept) };
};

/** How often something is replaced, and how much of the text stays beside that. */
function replacements(length: number, old: number, isNoLonger: boolean): { count: number; kept: number } {
  if (old === 0) return { count: Math.min(length + 1, UNBOUNDED), kept: length };
  return isNoLonger ? { count: 0, kept: length } : { count: Math.ceil(length / old), kept: 0 };
}

const split: Estimate = ({ target, args }) => {
  if (target === undefined) return undefined;
  const limit = args[1]?.literal;
  return {
    cost: text(target.size, 2),
    size: { min: 0, max: typeof limit === 'bigint' ? Number(limit) : target.size.max },
  };
};

const join: Estimate = ({ target, args: [separator] }) => {
  if (target?.itemSize === undefined) return undefined;
  const gaps = { min: Math.max(0, target.size.min - 1), max: Math.max(0, target.size.max - 1) };
  const items = times(target.size, target.itemSize);
  const size = separator === undefined ? items : plus(items, times(separator.size, gaps));
  return { cost: text(size), size };
};

const ESTIMATES = table<Estimate>({
  check: () => ({ cost: fixed(350_000) }),
  isSorted: overItems,
  sum: overItems,
  max: overItems,
  min: overItems,
  indexOf: overItems,
  lastIndexOf: overItems,
  url: firstArgKept,
  'jsonpatch.escapeKey': firstArgKept,
  lowerAscii: receiver,
  upperAscii: receiver,
  substring: receiver,
  trim: receiver,
  replace,
  split,
  join,
  find: regex,
  findAll: regex,
  matches: (call) => {
    const estimate = regex(call);
    return estimate && { cost: estimate.cost };
  },
  cidr: firstArg,
  isIP: firstArg,
  isCIDR: firstArg,
  ip: ({ args: [first] }) => (first ? { cost: text(first.size) } : ONE),
  'ip.isCanonical': ({ args: [first] }) => first && { cost: text(first.size, 2) },
  quantity: firstArg,
  isQuantity: firstArg,
  semver: firstArg,
  isSemver: firstArg,
  format: ({ target }) => target && { cost: text(target.size) },
  bytes: ({ args: [first] }) =>
    first?.type.kind === 'string'
      ? { cost: text(first.size), size: { min: first.size.min, max: Math.min(first.size.max * 4, UNBOUNDED) } }
      : ONE,
  string: ({ args: [first], overload }) =>
    overload.args[0]!.kind === 'bytes'
      ? { cost: text(first!.size), size: { min: Math.floor(first!.size.min / 4), max: first!.size.max } }
      : ONE,
  'strings.quote': ({ args: [first] }) =>
    first && {
      cost: text(first.size),
      size: { min: first.size.min + 2, max: Math.min(first.size.max * 2 + 2, UNBOUNDED) },
    },
  startsWith: firstArg,
  endsWith: firstArg,
  contains: ({ target, args: [part] }) => target && part && { cost: times(text(target.size), text(part.size)) },
  '@in': ({ args, overload }) => (overload.args[1]!.kind === 'list' ? { cost: args[1]!.size } : ONE),
  '_+_': sum,
  '_==_': equality,
  '_!=_': compared,
  '_<_': order,
  '_<=_': order,
  '_>_': order,
  '_>=_': order,
});

/** What one overload of a function costs besides its arguments. */
export const functionCost = (name: string, call: Call): FunctionCost => {
  const estimate = Object.hasOwn(ESTIMATES, name) ? ESTIMATES[name]! : one;
  return estimate(call) ?? ONE;
};

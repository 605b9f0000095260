import { attempt, type Frame, type Step } from './frame.ts';
import { findOptional } from './lookup.ts';
import { CelError, CelMap, isList, Optional, type Value } from './values.ts';

interface FoldParts {
  readonly accumulator: number;
  readonly first: number;
  readonly second?: number;
  readonly condition: Step;
  readonly step: Step;
}

/** Runs over a list or the keys of a map. An error of a step is kept as the accumulator: a later item may undo it. */
export function fold({ accumulator, first, second, condition, step }: FoldParts): (frame: Frame, range: Value) => void {
  return (frame, range) => {
    if (!isList(range) && !(range instanceof CelMap)) throw new CelError(`no such overload`);
    const keys = isList(range) ? undefined : range.keys();
    const size = keys?.length ?? (range as readonly Value[]).length;
    for (let index = 0; index < size; index++) {
      const key = keys === undefined ? BigInt(index) : keys[index]!;
      const item = keys === undefined ? (range as readonly Value[])[index]! : (range as CelMap).find(key)!;
      frame.locals[first] = second === undefined && keys === undefined ? item : key;
      if (second !== undefined) frame.locals[second] = item;
      if (condition(frame) === false) return;
      frame.locals[accumulator] = attempt(step, frame);
    }
  };
}

/** `&&` and `||`: the value that decides makes up for an error on the other side. */
export function logical(left: Step, right: Step, decisive: boolean): Step {
  return (frame) => {
    const first = attempt(left, frame);
    if (first === decisive) return decisive;
    const second = attempt(right, frame);
    if (second === decisive) return decisive;
    if (first instanceof CelError) throw first;
    if (second instanceof CelError) throw second;
    if (typeof first !== 'boolean' || typeof second !== 'boolean') throw new CelError('no such overload');
    return !decisive;
  };
}

export const conditional =
  (condition: Step, yes: Step, no: Step): Step =>
  (frame) => {
    const value = condition(frame);
    if (typeof value !== 'boolean') throw new CelError('no such overload');
    return value ? yes(frame) : no(frame);
  };

export const notStrictlyFalse =
  (step: Step): Step =>
  (frame) => {
    const value = attempt(step, frame);
    frame.spend(1);
    return value !== false;
  };

export const orElse =
  (left: Step, right: Step, take: (held: Optional) => Value): Step =>
  (frame) => {
    const value = left(frame);
    if (!(value instanceof Optional)) throw new CelError('no such overload');
    return value.value === undefined ? right(frame) : take(value);
  };

/** `a[?b]` and `a.?b`: what is not there gives no value; of an optional, what it holds is looked into. */
export const optionalLookup =
  (operand: Step, key: Step): Step =>
  (frame) => {
    const from = operand(frame);
    const index = key(frame);
    frame.spend(1);
    return findOptional(from instanceof Optional ? from.value : from, index);
  };

/** Adds to the list that a macro builds, which nobody else has seen yet. */
export const append =
  (accumulator: Step, items: Step): Step =>
  (frame) => {
    const list = accumulator(frame) as Value[];
    list.push(...(items(frame) as readonly Value[]));
    frame.spend(1);
    return list;
  };

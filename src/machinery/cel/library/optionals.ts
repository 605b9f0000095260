import { type Functions, member, plain } from '../environment.ts';
import { BOOL, INT, listOf, mapOf, optionalOf, parameter } from '../types.ts';
import { CelError, Optional, sizeOf, type Value } from '../values.ts';

const A = parameter('A');
const B = parameter('B');

const isZero = (value: Value): boolean =>
  value === null ||
  value === false ||
  value === 0n ||
  value === 0 ||
  sizeOf(value) === 0 ||
  (typeof value === 'object' && value !== null && 'value' in value && value.value === 0n);

function unwrap(list: readonly Value[]): Value[] {
  return list.flatMap((each) => (each instanceof Optional && each.value !== undefined ? [each.value] : []));
}

/** Values that may be absent. `or`, `orValue` and lookups are the evaluator's own: they decide what is evaluated. */
export const OPTIONALS: Functions = {
  'optional.of': [plain([A], optionalOf(A), (value: Value) => new Optional(value))],
  'optional.ofNonZeroValue': [
    plain([A], optionalOf(A), (value: Value) => (isZero(value) ? Optional.NONE : new Optional(value))),
  ],
  'optional.none': [plain([], optionalOf(A), () => Optional.NONE)],
  'optional.unwrap': [plain([listOf(optionalOf(A))], listOf(A), unwrap)],
  unwrapOpt: [member([listOf(optionalOf(A))], listOf(A), unwrap)],
  hasValue: [member([optionalOf(A)], BOOL, ({ value }: Optional) => value !== undefined)],
  value: [
    member([optionalOf(A)], A, ({ value }: Optional) => {
      if (value === undefined) throw new CelError('optional.none() dereference');
      return value;
    }),
  ],
  or: [
    member([optionalOf(A), optionalOf(A)], optionalOf(A), (a: Optional, b: Optional) =>
      a.value === undefined ? b : a,
    ),
  ],
  orValue: [member([optionalOf(A), A], A, (a: Optional, b: Value) => a.value ?? b)],
  '_[?_]': [
    plain([listOf(A), INT], optionalOf(A), () => null),
    plain([mapOf(A, B), A], optionalOf(B), () => null),
    plain([optionalOf(listOf(A)), INT], optionalOf(A), () => null),
    plain([optionalOf(mapOf(A, B)), A], optionalOf(B), () => null),
  ],
  '_[_]': [
    plain([optionalOf(listOf(A)), INT], optionalOf(A), () => null),
    plain([optionalOf(mapOf(A, B)), A], optionalOf(B), () => null),
  ],
};

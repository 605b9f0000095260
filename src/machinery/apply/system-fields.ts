import type { Unwatched } from './compare.ts';
import { type FieldSet, setOf } from './field-set.ts';
import { type FieldFilter, fieldFilter } from './included-fields.ts';
import { fieldElement } from './path-element.ts';

/** What nobody owns: it names the object, or only the server writes it. */
const OF_METADATA = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

export const UNOWNED: FieldSet = setOf(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...OF_METADATA.map((name) => ['f:metadata', fieldElement(name)]),
);

/** What writes of one kind, or one part of it, cannot own. */
export interface FieldRules {
  /** Fields that the server takes from the live object whatever is written. */
  readonly reset: FieldSet;
  /** The same, with the fields that nobody owns. */
  readonly unwatched: Unwatched;
  /** Leaves what can be owned at all, where that is little. */
  readonly include?: FieldFilter;
}

/**
 * `reset` are dotted names such as `status`, `metadata.labels`; where there are `owned` ones, which may have `*` for
 * items of lists, all else is reset.
 */
export const fieldRules = (reset: readonly string[], owned?: readonly string[]): FieldRules => ({
  reset: setOf(...reset.map((field) => field.split('.').map(fieldElement))),
  unwatched: unwatchedWith(reset),
  ...(owned === undefined ? {} : { include: fieldFilter(owned) }),
});

function unwatchedWith(fields: readonly string[]): Unwatched {
  const metadata = Object.fromEntries(OF_METADATA.map((name) => [name, true as const]));
  const unwatched: Record<string, Unwatched | true> = { apiVersion: true, kind: true, metadata };
  for (const field of fields) add(unwatched, field.split('.'));
  return unwatched;
}

function add(unwatched: Record<string, Unwatched | true>, [name = '', ...rest]: readonly string[]): void {
  const known = unwatched[name];
  if (known === true) return;
  if (rest.length === 0) {
    unwatched[name] = true;
    return;
  }
  const inner = { ...known };
  unwatched[name] = inner;
  add(inner, rest);
}

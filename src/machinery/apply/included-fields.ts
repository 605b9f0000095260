import type { Comparison } from './compare.ts';
import { EMPTY_SET, type FieldSet, fieldNode, isEmptySet } from './field-set.ts';
import { fieldElement } from './path-element.ts';

/** Fields by their path from the root; `*` is any item of a list. What is below `true` is included with it. */
interface Included {
  readonly [element: string]: Included | true;
}

/** Leaves of a set what lies at or below some places, and what leads there. */
export type FieldFilter = (set: FieldSet) => FieldSet;

export const includeAll: FieldFilter = (set) => set;

/** What of a comparison concerns the fields that a filter leaves. */
export const filterComparison = (comparison: Comparison, include: FieldFilter): Comparison =>
  include === includeAll ? comparison : { written: include(comparison.written), removed: include(comparison.removed) };

/** `fields` are dotted names such as `spec.containers.*.resources`. */
export function fieldFilter(fields: readonly string[]): FieldFilter {
  const included: { [element: string]: Included | true } = {};
  for (const field of fields) add(included, field.split('.'));
  return (set) => filterParts(set, included) ?? EMPTY_SET;
}

function add(included: { [element: string]: Included | true }, [name = '', ...rest]: readonly string[]): void {
  const element = name === '*' ? name : fieldElement(name);
  if (included[element] === true) return;
  if (rest.length === 0) {
    included[element] = true;
    return;
  }
  const inner = { ...(included[element] as Included | undefined) };
  included[element] = inner;
  add(inner, rest);
}

function filterParts(set: FieldSet, included: Included): FieldSet | undefined {
  const out: Record<string, FieldSet> = {};
  for (const element in set) {
    const below = element === '.' ? undefined : (included[element] ?? included['*']);
    const node = set[element];
    if (below === undefined || node === undefined) continue;
    const isMember = node['.'] !== undefined || isEmptySet(node);
    const left = below === true ? node : fieldNode(isMember, filterParts(node, below));
    if (left !== undefined) out[element] = left;
  }
  return isEmptySet(out) ? undefined : out;
}

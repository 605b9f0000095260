import { type FieldSet, fieldNode, hasElement } from './field-set.ts';
import type { Shape } from './shape.ts';

/** The set with every named member that has parts in it: sets leave out the structs around what they name. */
export function withNamedFields(shape: Shape | undefined, set: FieldSet): FieldSet {
  const out: Record<string, FieldSet> = {};
  for (const [element, node] of Object.entries(set)) {
    if (element === '.') continue;
    const named = shape?.kind === 'map' && element.startsWith('f:') && shape.fields?.has(element.slice(2)) === true;
    const parts = withNamedFields(shapeBelow(shape, element), node);
    out[element] = fieldNode(named || hasElement(set, element), parts) as FieldSet;
  }
  return out;
}

function shapeBelow(shape: Shape | undefined, element: string): Shape | undefined {
  if (shape?.kind === 'untyped') return shape;
  if (shape?.kind === 'map' && element.startsWith('f:'))
    return shape.fields?.get(element.slice(2))?.shape ?? shape.values;
  return shape?.kind === 'list' && element.startsWith('k:') ? shape.item : undefined;
}

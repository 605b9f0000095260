import { type FieldSet, fieldNode, hasElement, isEmptySet, MEMBER } from './field-set.ts';
import type { Shape } from './shape.ts';

/**
 * A set written under an older schema, as it reads under this one: who owned parts of what is now owned as one owns
 * it. Answers the set itself when nothing changes.
 */
export function reconcileSet(shape: Shape, set: FieldSet): FieldSet {
  if (shape.kind !== 'map' && shape.kind !== 'list') return set;
  let changed: Record<string, FieldSet> | undefined;
  for (const [element, node] of Object.entries(set)) {
    if (element === '.' || isEmptySet(node)) continue;
    const inner = shapeBelow(shape, element);
    if (inner === undefined) continue;
    const next = isOwnedAsOne(inner) ? MEMBER : reconcileNode(inner, set, element);
    if (next !== node) (changed ??= { ...set })[element] = next;
  }
  return changed ?? set;
}

function reconcileNode(shape: Shape, set: FieldSet, element: string): FieldSet {
  const node = set[element] as FieldSet;
  const parts = reconcileSet(shape, node);
  return parts === node ? node : (fieldNode(hasElement(set, element), withoutSelf(parts)) as FieldSet);
}

function withoutSelf({ '.': _, ...parts }: FieldSet): FieldSet {
  return parts;
}

function shapeBelow(shape: Shape, element: string): Shape | undefined {
  if (shape.kind === 'map' && element.startsWith('f:'))
    return shape.fields?.get(element.slice(2))?.shape ?? shape.values;
  return shape.kind === 'list' ? shape.item : undefined;
}

const isOwnedAsOne = (shape: Shape): boolean =>
  (shape.kind === 'map' && shape.atomic) || (shape.kind === 'list' && shape.type === 'atomic');

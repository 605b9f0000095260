import { selectorCell } from '#api/columns/cells.ts';
import type { ParamRef } from './match-resources.ts';

/** Parameters as tables name them: `namespace/name`, `*` for any namespace, or a selector. */
export function paramRefCell(reference: ParamRef | undefined): string {
  if (reference === undefined) return '<unset>';
  if (!reference.name) return selectorCell(reference.selector);
  return `${reference.namespace || '*'}/${reference.name}`;
}

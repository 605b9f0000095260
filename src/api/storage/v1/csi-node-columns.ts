import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { CSINode } from './csi-node.ts';

export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn,
  column('Drivers', 'Number of drivers on the node', ({ spec }) => spec.drivers?.length ?? 0, { type: 'integer' }),
  ageColumn,
];

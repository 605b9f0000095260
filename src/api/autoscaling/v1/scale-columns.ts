import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Scale } from './scale.ts';

export const scaleColumns: readonly Column<Scale>[] = [
  column('Name', nameColumn.description, nameColumn.cell),
  column('Desired', 'How many are wanted', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
  column('Available', 'How many there are', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
  ageColumn,
];

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Scale } from './scale.ts';

export const scaleColumns: readonly Column<Scale>[] = [
  nameColumn,
  column('Desired', 'How many are wanted', ({ spec }) => spec?.replicas ?? 0),
  column('Available', 'How many there are', ({ status }) => status?.replicas ?? 0),
  ageColumn,
];

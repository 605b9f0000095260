import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Secret } from './secret.ts';

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  column('Type', 'What the secret is for', ({ type }) => type ?? ''),
  column('Data', 'Number of keys', ({ data }) => Object.keys(data ?? {}).length),
  ageColumn,
];

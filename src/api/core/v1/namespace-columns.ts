import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Namespace } from './namespace.ts';

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  column('Status', 'Whether the namespace is in use or on its way out', ({ status }) => status?.phase ?? ''),
  ageColumn,
];

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Lease } from './lease.ts';

export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  column('Holder', 'Who holds it', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn,
];

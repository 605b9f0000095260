import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ServiceAccount } from './service-account.ts';

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [
  nameColumn,
  column('Secrets', 'Number of secrets that pods of the account may mount', ({ secrets }) => secrets?.length ?? 0),
  ageColumn,
];

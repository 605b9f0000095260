import { ageColumn, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ServiceAccount } from './service-account.ts';

export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [nameColumn, ageColumn];

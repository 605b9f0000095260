import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ResourceQuota } from './resource-quota.ts';

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  column('Request', 'What is requested, and how much may be', (quota) => usage(quota, false)),
  column('Limit', 'What containers are limited to together, and how much that may be', (quota) => usage(quota, true)),
  ageColumn,
];

function usage({ status }: ResourceQuota, limits: boolean): string {
  return Object.keys(status?.hard ?? {})
    .sort()
    .filter((name) => name.startsWith('limits.') === limits)
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');
}

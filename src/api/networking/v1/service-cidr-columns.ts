import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ServiceCIDR } from './service-cidr.ts';

export const serviceCidrColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  column('CIDRs', 'Ranges that addresses of services come from', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn,
];

import { selectorCell } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { NetworkPolicy } from './network-policy.ts';

export const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn,
  column('Pod-Selector', 'Labels of the pods it is for', ({ spec }) => selectorCell(spec?.podSelector)),
  ageColumn,
];

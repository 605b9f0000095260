import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import { containerColumns } from '#api/columns/template-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { StatefulSet } from './stateful-set.ts';

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  column(
    'Ready',
    'Pods that are ready, of those that are wanted',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  ageColumn,
  ...containerColumns(({ spec }: StatefulSet) => spec?.template),
];

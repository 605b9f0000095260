import { labelsCell } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import { containerColumns } from '#api/columns/template-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ReplicationController } from './replication-controller.ts';

export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  column('Desired', 'Pods that are wanted', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
  column('Current', 'Pods that there are', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
  column('Ready', 'Pods that are ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
  ageColumn,
  ...containerColumns(({ spec }: ReplicationController) => spec?.template),
  column('Selector', 'Labels of the pods it counts', ({ spec }) => labelsCell(spec?.selector), { wide: true }),
];

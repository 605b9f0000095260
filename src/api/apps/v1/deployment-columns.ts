import { selectorCell } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import { containerColumns } from '#api/columns/template-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { Deployment } from './deployment.ts';

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  column(
    'Ready',
    'Pods that are ready, of those that are wanted',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  column('Up-to-date', 'Pods made from the template as it is', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', 'Pods that have been ready long enough', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn,
  ...containerColumns(({ spec }: Deployment) => spec?.template),
  column('Selector', 'Labels of the pods it counts', ({ spec }) => selectorCell(spec?.selector), {
    wide: true,
  }),
];

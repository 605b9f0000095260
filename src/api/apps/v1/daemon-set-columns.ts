import { labelsCell, selectorCell } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import { containerColumns } from '#api/columns/template-columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { DaemonSet } from './daemon-set.ts';

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  column('Desired', 'Nodes that should run it', ({ status }) => status?.desiredNumberScheduled ?? 0, {
    type: 'integer',
  }),
  column('Current', 'Nodes that run it', ({ status }) => status?.currentNumberScheduled ?? 0, { type: 'integer' }),
  column('Ready', 'Nodes on which it is ready', ({ status }) => status?.numberReady ?? 0, { type: 'integer' }),
  column('Up-to-date', 'Nodes that run the template as it is', ({ status }) => status?.updatedNumberScheduled ?? 0, {
    type: 'integer',
  }),
  column('Available', 'Nodes on which it has been ready long enough', ({ status }) => status?.numberAvailable ?? 0, {
    type: 'integer',
  }),
  column('Node Selector', 'Labels of the nodes it runs on', ({ spec }) =>
    labelsCell(spec?.template?.spec?.nodeSelector),
  ),
  ageColumn,
  ...containerColumns(({ spec }: DaemonSet) => spec?.template),
  column('Selector', 'Labels of the pods it counts', ({ spec }) => selectorCell(spec?.selector), { wide: true }),
];

import { NONE } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { PriorityLevelConfiguration } from './priority-level-configuration.ts';

export const priorityLevelConfigurationColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  column('Type', 'Whether its requests are limited', ({ spec }) => spec?.type ?? ''),
  column(
    'NominalConcurrencyShares',
    'Share of requests that run at a time',
    ({ spec }) => spec?.limited?.nominalConcurrencyShares ?? NONE,
  ),
  column('Queues', 'Number of queues', (level) => queuing(level)?.queues ?? NONE),
  column('HandSize', 'Queues that a flow may use', (level) => queuing(level)?.handSize ?? NONE),
  column(
    'QueueLengthLimit',
    'Requests that wait in a queue at most',
    (level) => queuing(level)?.queueLengthLimit ?? NONE,
  ),
  ageColumn,
];

const queuing = ({ spec }: PriorityLevelConfiguration) => spec?.limited?.limitResponse?.queuing;

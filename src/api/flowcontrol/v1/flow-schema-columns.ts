import { NONE } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { FlowSchema } from './flow-schema.ts';

export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  column('PriorityLevel', 'Level of its requests', ({ spec }) => spec?.priorityLevelConfiguration.name ?? ''),
  column('MatchingPrecedence', 'Lower numbers are tried first', ({ spec }) => spec?.matchingPrecedence ?? 0),
  column('DistinguisherMethod', 'What makes requests one flow', ({ spec }) => spec?.distinguisherMethod?.type ?? NONE),
  ageColumn,
  column(
    'MissingPL',
    'Whether its priority level does not exist',
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ),
];

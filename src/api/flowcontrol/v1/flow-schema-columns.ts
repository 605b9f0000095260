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

/** The order in which schemas are tried. */
export function compareFlowSchemas(a: FlowSchema, b: FlowSchema): number {
  const precedence = (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0);
  if (precedence !== 0) return precedence;
  const [first = '', second = ''] = [a.metadata?.name, b.metadata?.name];
  return first < second ? -1 : first > second ? 1 : 0;
}

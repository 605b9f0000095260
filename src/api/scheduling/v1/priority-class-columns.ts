import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { PriorityClass } from './priority-class.ts';

export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  column('Value', 'Priority of its pods', ({ value }) => value ?? 0, { type: 'integer' }),
  column('Global-Default', 'Whether pods without a class get it', ({ globalDefault }) => globalDefault ?? false, {
    type: 'boolean',
  }),
  ageColumn,
  column('PreemptionPolicy', 'Whether its pods may push others out', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
];

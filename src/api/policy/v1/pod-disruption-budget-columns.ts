import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { PodDisruptionBudget } from './pod-disruption-budget.ts';

export const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  column('Min Available', 'Pods that must stay', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  column('Max Unavailable', 'Pods that may be missing', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
  column('Allowed Disruptions', 'Pods that may go now', ({ status }) => status?.disruptionsAllowed ?? 0, {
    type: 'integer',
  }),
  ageColumn,
];

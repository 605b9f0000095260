import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { APIService } from './api-service.ts';

export const apiServiceColumns: readonly Column<APIService>[] = [
  nameColumn,
  column('Service', 'Service that serves it', ({ spec }) =>
    spec?.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local',
  ),
  column('Available', 'Whether it can be reached', ({ status }) => {
    const available = status?.conditions?.find(({ type }) => type === 'Available');
    if (available === undefined) return 'Unknown';
    return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
  }),
  ageColumn,
];

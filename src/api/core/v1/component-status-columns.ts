import { column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ComponentStatus } from './component-status.ts';

const healthy = ({ conditions }: ComponentStatus) => conditions?.find(({ type }) => type === 'Healthy');

export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  nameColumn,
  column('Status', 'Whether the component is well', (component) => {
    const status = healthy(component)?.status;
    return status === undefined ? 'Unknown' : status === 'True' ? 'Healthy' : 'Unhealthy';
  }),
  column('Message', 'What the component says', (component) => healthy(component)?.message ?? ''),
  column('Error', 'What went wrong', (component) => healthy(component)?.error ?? ''),
];

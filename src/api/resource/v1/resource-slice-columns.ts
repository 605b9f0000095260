import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ResourceSlice } from './resource-slice.ts';

export const resourceSliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn,
  column('Node', 'Node that has the devices', ({ spec }) => spec.nodeName ?? ''),
  column('Driver', 'Driver of the devices', ({ spec }) => spec.driver),
  column('Pool', 'Pool that it is a part of', ({ spec }) => spec.pool.name),
  ageColumn,
];

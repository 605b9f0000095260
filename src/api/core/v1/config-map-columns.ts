import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { ConfigMap } from './config-map.ts';

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  column(
    'Data',
    'Number of keys',
    ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
  ),
  ageColumn,
];

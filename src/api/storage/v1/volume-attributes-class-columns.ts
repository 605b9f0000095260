import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { VolumeAttributesClass } from './volume-attributes-class.ts';

const DEFAULT_ANNOTATION = 'volumeattributesclass.alpha.kubernetes.io/is-default-class';

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) =>
      `${metadata?.name ?? ''}${metadata?.annotations?.[DEFAULT_ANNOTATION] === 'true' ? ' (default)' : ''}`,
  },
  column('DriverName', 'Driver that applies the attributes', ({ driverName }) => driverName),
  ageColumn,
];

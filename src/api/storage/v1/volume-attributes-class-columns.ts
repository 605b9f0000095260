import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { VolumeAttributesClass } from './volume-attributes-class.ts';

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  nameColumn,
  column('DriverName', 'Driver that applies the attributes', ({ driverName }) => driverName),
  ageColumn,
];

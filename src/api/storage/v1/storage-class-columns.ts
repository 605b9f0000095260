import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { StorageClass } from './storage-class.ts';

const DEFAULT_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const storageClassColumns: readonly Column<StorageClass>[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) => {
      const isDefault = DEFAULT_ANNOTATIONS.some((key) => metadata?.annotations?.[key] === 'true');
      return `${metadata?.name ?? ''}${isDefault ? ' (default)' : ''}`;
    },
  },
  column('Provisioner', 'Who makes its volumes', ({ provisioner }) => provisioner),
  column(
    'ReclaimPolicy',
    'What becomes of volumes that are released',
    ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
  ),
  column('VolumeBindingMode', 'When volumes are bound', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  column(
    'AllowVolumeExpansion',
    'Whether its volumes can grow',
    ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
  ),
  ageColumn,
];

import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import { accessModesCell } from './access-modes.ts';
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  column('Status', 'Whether it is bound', ({ metadata, status }) =>
    metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column('Volume', 'Volume that it is bound to', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', 'How much the volume holds', ({ spec, status }) =>
    spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
  ),
  column('Access Modes', 'How the volume can be mounted', ({ spec, status }) =>
    spec?.volumeName ? accessModesCell(status?.accessModes) : '',
  ),
  column(
    'StorageClass',
    'Class it asks for',
    ({ metadata, spec }) => metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
  ),
  column(
    'VolumeAttributesClass',
    'Class of attributes it asks for',
    ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
  ),
  ageColumn,
  column('VolumeMode', 'File system or block device', ({ spec }) => spec?.volumeMode ?? '<unset>', { wide: true }),
];

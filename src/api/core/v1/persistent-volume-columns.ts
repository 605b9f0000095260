import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import { accessModesCell } from './access-modes.ts';
import type { PersistentVolume } from './persistent-volume.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  column('Capacity', 'How much it holds', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
  column('Access Modes', 'How it can be mounted', ({ spec }) => accessModesCell(spec?.accessModes)),
  column(
    'Reclaim Policy',
    'What becomes of it when it is released',
    ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
  ),
  column('Status', 'Whether it is free, bound or released', ({ metadata, status }) =>
    metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
  ),
  column('Claim', 'Claim that it is bound to', ({ spec }) =>
    spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
  ),
  column(
    'StorageClass',
    'Class it belongs to',
    ({ metadata, spec }) => metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '',
  ),
  column(
    'VolumeAttributesClass',
    'Class of its attributes',
    ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
  ),
  column('Reason', 'Why it is in that state', ({ status }) => status?.reason ?? ''),
  ageColumn,
  column('VolumeMode', 'File system or block device', ({ spec }) => spec?.volumeMode ?? '<unset>', { wide: true }),
];

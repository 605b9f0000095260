import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { VolumeAttachment } from './volume-attachment.ts';

export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  column('Attacher', 'Driver that attaches', ({ spec }) => spec.attacher, { format: 'name' }),
  column('PV', 'Volume', ({ spec }) => spec.source?.persistentVolumeName ?? ''),
  column('Node', 'Node that it is attached to', ({ spec }) => spec.nodeName),
  column('Attached', 'Whether it is attached', ({ status }) => status?.attached ?? false, { type: 'boolean' }),
  ageColumn,
];

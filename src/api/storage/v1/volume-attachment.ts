import { PersistentVolumeSpec } from '#api/core/v1/persistent-volume-spec.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, type Infer, int32, map, message, opt, ptr, req, string, time } from '#machinery/schema/schema.ts';
import { volumeAttachmentColumns } from './volume-attachment-columns.ts';
import { volumeAttachmentStrategy } from './volume-attachment-strategy.ts';
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from './volume-attachment-validation.ts';

export const VolumeAttachmentSource = message('io.k8s.api.storage.v1.VolumeAttachmentSource', {
  persistentVolumeName: ptr(1, string),
  inlineVolumeSpec: ptr(2, PersistentVolumeSpec),
});
export interface VolumeAttachmentSource extends Infer<typeof VolumeAttachmentSource> {}

export const VolumeAttachmentSpec = message('io.k8s.api.storage.v1.VolumeAttachmentSpec', {
  attacher: req(1, string),
  source: req(2, VolumeAttachmentSource),
  nodeName: req(3, string),
});
export interface VolumeAttachmentSpec extends Infer<typeof VolumeAttachmentSpec> {}

export const VolumeError = message('io.k8s.api.storage.v1.VolumeError', {
  time: opt(1, time),
  message: opt(2, string),
  errorCode: ptr(3, int32),
});
export interface VolumeError extends Infer<typeof VolumeError> {}

export const VolumeAttachmentStatus = message('io.k8s.api.storage.v1.VolumeAttachmentStatus', {
  attached: req(1, bool),
  attachmentMetadata: opt(2, map(string)),
  attachError: ptr(3, VolumeError),
  detachError: ptr(4, VolumeError),
});
export interface VolumeAttachmentStatus extends Infer<typeof VolumeAttachmentStatus> {}

export const VolumeAttachment = message(
  'io.k8s.api.storage.v1.VolumeAttachment',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, VolumeAttachmentSpec, { description: 'What is wanted' }),
    status: opt(3, VolumeAttachmentStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A volume that is attached to a node' },
);
export interface VolumeAttachment extends Infer<typeof VolumeAttachment> {}

export const VolumeAttachments: ResourceDefinition<VolumeAttachment> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  singular: 'volumeattachment',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: VolumeAttachment,
  subresources: {
    status: {
      group: 'storage.k8s.io',
      version: 'v1',
      kind: 'VolumeAttachment',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: (attachment, old) => [
        ...validateVolumeAttachment(attachment),
        ...validateVolumeAttachmentUpdate(attachment, old),
      ],
      resetFields: ['metadata', 'spec'],
    },
  },
  columns: volumeAttachmentColumns,
  strategy: volumeAttachmentStrategy,
};

import type { Strategy } from '#api/resource-definition.ts';
import type { VolumeAttachment } from './volume-attachment.ts';
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from './volume-attachment-validation.ts';

export const volumeAttachmentStrategy: Strategy<VolumeAttachment> = {
  returnsDeletedObject: true,
  requireResourceVersionOnUpdate: true,
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
  validate: validateVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
};

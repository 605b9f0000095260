import type { Strategy } from '#api/resource-definition.ts';
import type { VolumeAttachment } from './volume-attachment.ts';

export const volumeAttachmentStrategy: Strategy<VolumeAttachment> = {
  requireResourceVersionOnUpdate: true,
  prepareForCreate(attachment) {
    attachment.status = { attached: false };
  },
};

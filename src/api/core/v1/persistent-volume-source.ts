import { type Infer, message, ptr } from '#machinery/schema/schema.ts';
import { NodeSelector } from './affinity.ts';

export const VolumeNodeAffinity = message('io.k8s.api.core.v1.VolumeNodeAffinity', {
  required: ptr(1, NodeSelector),
});
export interface VolumeNodeAffinity extends Infer<typeof VolumeNodeAffinity> {}
